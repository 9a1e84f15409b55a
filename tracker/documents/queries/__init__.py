"""What papers are about: whose they are, what a dialogue and a report hold."""
