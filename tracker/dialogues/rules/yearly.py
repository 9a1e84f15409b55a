"""At least one dialogue a year in each commune (Law 72/2025/QH15, article 43)."""

from tracker.core.i18n import N_, Labelled

LEAST_A_YEAR = 1
REMIND_FROM_MONTH = 9
"""From this month on the first page says that a commune's dialogue of the year is missing."""


class Yearly(Labelled):
    """Whether a commune has had its dialogue of the year."""

    HELD = "held", N_("held this year")
    FORETOLD = "foretold", N_("foretold, not yet held")
    MISSING = "missing", N_("none held, none foretold")


def yearly(held: int, foretold: int) -> Yearly:
    """Judge a commune's year by how many dialogues were held and how many are still expected."""
    if held >= LEAST_A_YEAR:
        return Yearly.HELD
    return Yearly.FORETOLD if held + foretold >= LEAST_A_YEAR else Yearly.MISSING
