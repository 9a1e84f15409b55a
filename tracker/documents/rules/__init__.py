"""What papers are made of: the layout as data, Vietnamese forms of dates and numbers, blocks."""
