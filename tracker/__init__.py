"""The citizen-dialogue tracker: a register of dialogues, petitions and what came of them."""

from importlib.metadata import version

__version__ = version("citizen-dialogue-tracker")
