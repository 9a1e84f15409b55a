"""Where a number of the report leads: to the list of exactly the petitions that it counts."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tracker.petitions.lifecycle import Channel, Kind, Level
from tracker.petitions.queries import Flow, PetitionFilter, Stock
from tracker.petitions.queries.addresses import petitions_address
from tracker.petitions.rules import OUTSTANDING
from tracker.reports.rules import FLOWS, STANDING, SUMS, Period

_WORDS = {"kind": Kind, "level": Level, "channel": Channel}


def cell_of(name: str, period: Period, typed_by: date | None = None) -> Flow | Stock:
    """Give what a number counts: a stock on a day, or what happened in the period.

    What stands beside the lines is named by its measure.
    """
    if name == "carried_over":
        return Stock(OUTSTANDING, period.start - timedelta(days=1), typed_by)
    if name in STANDING:
        return Stock(STANDING[name], period.end, typed_by)
    measure = SUMS.get(name) or FLOWS.get(name, name)
    return Flow(measure, period.start, period.end, typed_by)


def cell_address(
    name: str,
    period: Period,
    rows: Mapping[str, Any],
    *,
    only_here: bool = False,
    typed_by: date | None = None,
) -> str:
    """Give the address of the petitions behind a number; `rows` are codes of what its line is."""
    words: dict[str, Any] = {
        name: _WORDS[name](code) for name, code in rows.items() if name in _WORDS
    }
    codes = {name: code for name, code in rows.items() if name not in _WORDS}
    asked = PetitionFilter(only_here=only_here, cell=cell_of(name, period, typed_by), **words)
    return petitions_address(asked, **codes)
