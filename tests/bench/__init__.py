"""How fast the register is, in ratios of things measured side by side; `make bench`."""
