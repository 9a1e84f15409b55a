"""Hostile input for every form and address; `python -m tests.fuzz` sends tens of thousands."""
