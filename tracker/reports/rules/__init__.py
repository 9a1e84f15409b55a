"""What a report is made of: a period, and lines of numbers that balance."""

from tracker.reports.rules.lines import (
    FLOWS,
    NUMBERS,
    STANDING,
    Cut,
    Line,
    line_of,
    shown_share,
    total,
    total_in_turn,
)
from tracker.reports.rules.periods import (
    Period,
    PeriodRefused,
    named_period,
    near_periods,
    typed_as_at,
    typed_period,
)

__all__ = [
    "FLOWS",
    "NUMBERS",
    "STANDING",
    "Cut",
    "Line",
    "Period",
    "PeriodRefused",
    "line_of",
    "named_period",
    "near_periods",
    "shown_share",
    "total",
    "total_in_turn",
    "typed_as_at",
    "typed_period",
]
