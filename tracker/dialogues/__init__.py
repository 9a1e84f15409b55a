"""Dialogues between leaders and citizens."""
