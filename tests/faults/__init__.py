"""Faults for real: `make faults` kills, cuts and fills, and counts what was told to people."""
