"""All rows of the list for a file, as the database gives them: lines of CSV, or values."""

from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import String, case, select, type_coerce
from sqlalchemy.orm import Session

from tracker.core.csvout import Separator, Variant
from tracker.core.csvsql import Cell, line_of, streamed_lines, values_of
from tracker.core.db import is_sqlite, stored_as_text
from tracker.petitions.lifecycle import ENDED, MEANINGS, Group, Profile
from tracker.petitions.models import Petition
from tracker.petitions.queries.filters import PetitionFilter, Sort
from tracker.petitions.queries.finding import found, wanted_by
from tracker.petitions.queries.register import ordered_petitions
from tracker.petitions.queries.rows import petition_fields
from tracker.petitions.queries.standing import terms_of
from tracker.petitions.rules import PAUSED, Terms, Timeliness, statuses_of

STREAMED = 1000


def file_fields(scope: frozenset[int], terms: Terms, profile: Profile) -> SimpleNamespace:
    """Name what the database knows of a petition as ExportRow names it, and what it tells of it."""
    status = type_coerce(Petition.status, String())
    groups = {s.value: meaning.group.value for s, meaning in MEANINGS.items()}
    unresolved = [s.value for s in statuses_of({Group.UNRESOLVED})]
    known = petition_fields(scope, profile)
    return SimpleNamespace(
        **known,
        group=type_coerce(case(groups, value=status), stored_as_text(Group)),
        timeliness=_timeliness(terms),
        reason_unresolved=case((status.in_(unresolved), known["latest_note"]), else_=""),
    )


def petition_lines(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    sort: Sort,
    cells: Sequence[Cell],
    variant: Variant,
    separator: Separator,
    terms: Terms,
) -> Generator[list[bytes]]:
    """Give the lines of a file, but for their numbers and ends, many at a time."""
    line = line_of(cells, variant=variant, separator=separator, on_sqlite=is_sqlite(session))
    for statement in ordered_petitions(session, scope, asked, sort, terms):
        yield from streamed_lines(session, statement.with_only_columns(line))


def holds_any(session: Session, scope: frozenset[int], asked: PetitionFilter) -> bool:
    """Tell whether a file would hold any row at all; much less work than to count them."""
    if asked == PetitionFilter():
        held = select(Petition.id).where(Petition.place_id.in_(scope)).limit(1)
        return session.scalar(held) is not None
    terms = terms_of(session)
    if asked.cell is None:
        # In no order: to find the first of many in order is more work than to find one of them.
        statements = iter([found(session, wanted_by(scope, asked, terms))])
    else:
        statements = ordered_petitions(session, scope, asked, Sort.NEWEST, terms)
    return any(session.execute(one.limit(1)).first() is not None for one in statements)


def petition_values(
    session: Session,
    scope: frozenset[int],
    asked: PetitionFilter,
    sort: Sort,
    cells: Sequence[Cell],
    terms: Terms,
) -> Iterator[Sequence[Any]]:
    """Give the values of csvsql.values_of for each petition of the list, in its order."""
    values = [value.label(f"v{at}") for at, value in enumerate(values_of(cells))]
    streamed = {"stream_results": True, "max_row_buffer": STREAMED}
    for statement in ordered_petitions(session, scope, asked, sort, terms):
        # Plain values have no need of the session, which would go through each row once more.
        asked_for = statement.with_only_columns(*values)
        rows = session.connection().execute(asked_for, execution_options=streamed)
        while some := rows.fetchmany(STREAMED):
            yield from some


def _timeliness(terms: Terms) -> Any:
    """Ask what rules.timeliness tells of one petition."""
    status, due, ended_on = Petition.status, Petition.due_on, Petition.ended_on
    words = case(
        (status.in_(PAUSED), Timeliness.PAUSED.value),
        (due.is_(None), Timeliness.NO_DATE.value),
        (
            status.in_(ENDED),
            case(
                (ended_on.is_(None), Timeliness.NO_DATE.value),
                (ended_on <= due, Timeliness.DONE_IN_TIME.value),
                else_=Timeliness.DONE_LATE.value,
            ),
        ),
        (due < terms.today, Timeliness.LATE.value),
        (due <= terms.today + timedelta(days=terms.soon_days), Timeliness.DUE_SOON.value),
        else_=Timeliness.IN_TIME.value,
    )
    return type_coerce(words, stored_as_text(Timeliness))
