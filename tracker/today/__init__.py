"""The first page: what to do today."""
