"""Denunciations, kept apart: a room that only people named in a case know of."""
