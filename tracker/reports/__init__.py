"""What leaders read."""
