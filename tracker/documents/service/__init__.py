"""Keeping what units' papers say of them, and their own templates."""
