"""What no feature owns."""
