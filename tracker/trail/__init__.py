"""The journal as administrators read it."""
