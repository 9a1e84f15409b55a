"""Questions about petitions: one of them, the list, the day's work, the balance."""

from tracker.petitions.queries.balance import entries_missing, histories, ledger_mismatches
from tracker.petitions.queries.filters import Flow, PetitionFilter, Sort, Stock
from tracker.petitions.queries.one import (
    TimelineRow,
    at_work,
    correctable_step,
    facts,
    petition_for,
    proposer_of,
    steps_of,
    timeline,
)
from tracker.petitions.queries.register import (
    ExportRow,
    PetitionPage,
    PetitionRow,
    petition_count,
    petition_count_shown,
    petition_export_rows,
    petition_page,
)
from tracker.petitions.queries.standing import terms_of
from tracker.petitions.queries.today import Pile, Waiting, today_piles

__all__ = [
    "ExportRow",
    "Flow",
    "PetitionFilter",
    "PetitionPage",
    "PetitionRow",
    "Pile",
    "Sort",
    "Stock",
    "TimelineRow",
    "Waiting",
    "at_work",
    "correctable_step",
    "entries_missing",
    "facts",
    "histories",
    "ledger_mismatches",
    "petition_count",
    "petition_count_shown",
    "petition_export_rows",
    "petition_for",
    "petition_page",
    "proposer_of",
    "steps_of",
    "terms_of",
    "timeline",
    "today_piles",
]
