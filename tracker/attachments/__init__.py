"""Files kept beside a record: minutes, proofs, letters."""
