"""A register that is plainly invented: dialogues and petitions of a fictional commune."""

from tracker.fictional.making import make_fictional

__all__ = ["make_fictional"]
