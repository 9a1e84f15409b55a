"""The words of what the journal holds."""

from tracker.trail.rules.acts import Subject, act_of, subject_of
from tracker.trail.rules.facts import Fact, facts_in, told_in

__all__ = ["Fact", "Subject", "act_of", "facts_in", "subject_of", "told_in"]
