"""Petitions, their lifecycle and their steps."""
