"""Daily movements that reports are summed from; knows nothing of petitions."""
