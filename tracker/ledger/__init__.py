"""An append-only ledger and its sums for every unit, which reports are read from."""
