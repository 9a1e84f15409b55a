"""Recounting: do the steps, the ledger's entries, the postings and the sums say the same?"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import fields
from datetime import date
from itertools import chain, islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.clock import shown_date
from tracker.core.i18n import gettext
from tracker.ledger.models import LedgerEntry, LedgerSum
from tracker.ledger.queries import sum_mismatches
from tracker.ledger.rules import MEASURES, NO_DEPARTMENT, Cell, Entry
from tracker.petitions.models import Petition, PetitionPosting, PetitionStep
from tracker.petitions.rules import StepFact, entries, postings
from tracker.places.queries import reach_mismatches

BATCH = 500
MOST_LINES = 200
"""So many differences are enough to know that the ledger must be rebuilt."""

Histories = dict[int, list[StepFact]]
Posted = dict[tuple[date, str, int], int]
"""Quantities by day, measure and place."""


_TOLD = tuple(field.name for field in fields(StepFact) if field.name != "cell")


def histories(session: Session) -> Iterator[Histories]:
    """Give the histories of all petitions, a batch at a time, so that memory stays bounded."""
    after = 0
    while ids := _next_ids(session, after):
        asked = (
            select(
                PetitionStep.petition_id,
                *(getattr(PetitionStep, name) for name in _TOLD),
                PetitionStep.place_id,
                PetitionStep.category_id,
                PetitionStep.kind,
                PetitionStep.level,
                PetitionStep.channel,
            )
            .where(PetitionStep.petition_id.between(ids[0], ids[-1]))
            .order_by(PetitionStep.petition_id, PetitionStep.id)
        )
        batch: Histories = {petition_id: [] for petition_id in ids}
        for row in session.execute(asked):
            cell = Cell(
                row.place_id,
                row.category_id,
                row.department_id or NO_DEPARTMENT,
                row.kind,
                row.level,
                row.channel,
            )
            told = {name: getattr(row, name) for name in _TOLD}
            batch[row.petition_id].append(StepFact(**told, cell=cell))
        yield batch
        after = ids[-1]


def entries_missing(session: Session) -> bool:
    """Tell whether there are steps on known days, but a part of the ledger is empty.

    So it is when the schema was just brought up to date.
    """
    dated = select(PetitionStep.id).where(PetitionStep.happened_on.is_not(None))
    if session.scalar(dated.limit(1)) is None:
        return False
    parts = (LedgerEntry.petition_id, LedgerSum.unit_id, PetitionPosting.id)
    return any(session.scalar(select(part).limit(1)) is None for part in parts)


def ledger_mismatches(session: Session) -> list[str]:
    """Recount everything: the tree's units, entries and postings from the steps, the sums.

    Gives a line for each that differs, at most MOST_LINES of them.
    """
    found = chain(reach_mismatches(session), _petition_mismatches(session), sum_mismatches(session))
    return list(islice(found, MOST_LINES))


def _petition_mismatches(session: Session) -> Iterator[str]:
    for batch in histories(session):
        ids = (min(batch), max(batch))
        entered, posted = _entered(session, *ids), _posted(session, *ids)
        cells = _cells(session, *ids)
        for petition_id, history in batch.items():
            if history and history[-1].cell != cells[petition_id]:
                yield gettext(
                    "petition %(petition)s is counted under another place, category, department,"
                    " kind, level or channel than its last step says",
                    petition=petition_id,
                )
            yield from _entry_mismatches(petition_id, history, entered[petition_id])
            yield from _posting_mismatches(petition_id, history, posted[petition_id])


def _entry_mismatches(
    petition_id: int, history: list[StepFact], held: Collection[Entry]
) -> Iterator[str]:
    wanted = {entry.number: entry for entry in entries(history)}
    kept = {entry.number: entry for entry in held}
    for number in sorted(wanted.keys() | kept.keys()):
        if wanted.get(number) != kept.get(number):
            entry = wanted.get(number) or kept[number]
            yield gettext(
                "%(day)s petition %(petition)s: entry %(number)s of the ledger is not what the"
                " steps say",
                day=shown_date(entry.day),
                petition=petition_id,
                number=number,
            )


def _posting_mismatches(petition_id: int, history: list[StepFact], kept: Posted) -> Iterator[str]:
    place_id = history[-1].cell.place_id if history and history[-1].cell else 0
    wanted = {
        (day, measure, place_id): quantity for (day, measure), quantity in postings(history).items()
    }
    for key in sorted(wanted.keys() | kept.keys()):
        if wanted.get(key, 0) != kept.get(key, 0):
            yield gettext(
                "%(day)s petition %(petition)s %(measure)s: postings %(held)s, steps %(wanted)s",
                day=shown_date(key[0]),
                petition=petition_id,
                measure=key[1],
                held=kept.get(key, 0),
                wanted=wanted.get(key, 0),
            )


def _next_ids(session: Session, after: int) -> list[int]:
    asked = select(Petition.id).where(Petition.id > after).order_by(Petition.id)
    return list(session.scalars(asked.limit(BATCH)))


def _cells(session: Session, first_id: int, last_id: int) -> dict[int, Cell]:
    rows = session.execute(
        select(
            Petition.id,
            Petition.place_id,
            Petition.category_id,
            Petition.department_id,
            Petition.kind,
            Petition.level,
            Petition.channel,
        ).where(Petition.id.between(first_id, last_id))
    )
    return {
        row[0]: Cell(row[1], row[2], row[3] or NO_DEPARTMENT, *(str(word) for word in row[4:]))
        for row in rows
    }


def _entered(session: Session, first_id: int, last_id: int) -> defaultdict[int, list[Entry]]:
    rows = session.execute(
        select(
            LedgerEntry.petition_id,
            LedgerEntry.number,
            LedgerEntry.recorded_at,
            LedgerEntry.day,
            *(getattr(LedgerEntry, name) for name in Cell._fields),
            *(getattr(LedgerEntry, name) for name in MEASURES),
        ).where(LedgerEntry.petition_id.between(first_id, last_id))
    )
    held: defaultdict[int, list[Entry]] = defaultdict(list)
    for petition_id, number, recorded_at, day, *rest in rows:
        cell, quantities = Cell(*rest[:6]), zip(MEASURES, rest[6:], strict=True)
        changes = {measure: by for measure, by in quantities if by}
        held[petition_id].append(Entry(number, recorded_at, day, cell, changes))
    return held


def _posted(session: Session, first_id: int, last_id: int) -> defaultdict[int, Posted]:
    rows = session.execute(
        select(
            PetitionPosting.petition_id,
            PetitionPosting.day,
            PetitionPosting.measure,
            PetitionPosting.place_id,
            PetitionPosting.quantity,
        ).where(PetitionPosting.petition_id.between(first_id, last_id))
    )
    held: defaultdict[int, Posted] = defaultdict(dict)
    for petition_id, day, measure, place_id, quantity in rows:
        held[petition_id][day, measure, place_id] = quantity
    return held
