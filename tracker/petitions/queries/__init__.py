"""Questions about petitions: one of them, the list, the day's work, the balance."""

from tracker.petitions.queries.balance import entries_missing, histories, ledger_mismatches
from tracker.petitions.queries.filters import Flow, PetitionFilter, Sort, Stock
from tracker.petitions.queries.identity import Identity, Reader, identity_of, looks_at, reader_of
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
    PetitionPage,
    petition_count,
    petition_count_shown,
    petition_export_rows,
    petition_page,
)
from tracker.petitions.queries.rows import ExportRow, PetitionRow
from tracker.petitions.queries.standing import terms_of
from tracker.petitions.queries.today import Pile, Waiting, today_piles

__all__ = [
    "ExportRow",
    "Flow",
    "Identity",
    "PetitionFilter",
    "PetitionPage",
    "PetitionRow",
    "Pile",
    "Reader",
    "Sort",
    "Stock",
    "TimelineRow",
    "Waiting",
    "at_work",
    "correctable_step",
    "entries_missing",
    "facts",
    "histories",
    "identity_of",
    "ledger_mismatches",
    "looks_at",
    "petition_count",
    "petition_count_shown",
    "petition_export_rows",
    "petition_for",
    "petition_page",
    "proposer_of",
    "reader_of",
    "steps_of",
    "terms_of",
    "timeline",
    "today_piles",
]
