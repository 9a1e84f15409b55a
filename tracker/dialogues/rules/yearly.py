"""At least one dialogue a year in each commune (Law 72/2025/QH15, article 43).

How many an office owes is chosen there: what the law asks for, or more.
"""

from tracker.core.i18n import N_, Labelled


class Yearly(Labelled):
    """Whether a commune has had its dialogues of the year."""

    HELD = "held", N_("held this year")
    FORETOLD = "foretold", N_("foretold, not yet held")
    MISSING = "missing", N_("still missing")


def yearly(held: int, foretold: int, owed: int) -> Yearly:
    """Judge a commune's year by how many dialogues were held and how many are still expected."""
    if held >= owed:
        return Yearly.HELD
    return Yearly.FORETOLD if held + foretold >= owed else Yearly.MISSING
