"""A due date, and why it is that day; also where no register stands yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Engine, create_engine, inspect, select
from sqlalchemy.orm import Session

from tracker.calendar.models import CalendarException, DeadlineRule, InstallationSetting
from tracker.calendar.queries import calendar_of, clockwork
from tracker.calendar.rules import Account, Limit, account, told
from tracker.calendar.service import seed_calendar, seed_limits
from tracker.core.clock import shown_date
from tracker.core.errors import TrackerError
from tracker.core.i18n import gettext, language
from tracker.core.lasting import LastingMark
from tracker.evidence.models import Evidence
from tracker.seeding import seed_file

_TABLES = (CalendarException, DeadlineRule, InstallationSetting, Evidence, LastingMark)


@contextmanager
def calendar_in(engine: Engine) -> Iterator[Session]:
    """Open the register's own calendar; where there is none, the one every register starts with."""
    with Session(engine) as session:
        if _has_calendar(engine, session):
            yield session
            return
    passing = create_engine("sqlite://")  # in memory, for as long as this command runs
    schema = CalendarException.metadata
    schema.create_all(passing, [schema.tables[table.__tablename__] for table in _TABLES])
    with Session(passing) as session:
        seed_calendar(session)
        seed_limits(session, seed_file("deadline_rules")["rule"])
        yield session
    passing.dispose()


def limit_named(session: Session, code: str, start: date) -> Limit:
    """Give a limit by its code, as it reads for a trigger on this day."""
    works = clockwork(session)
    rule = works.rule(code.upper(), start)
    if rule is None:
        codes = ", ".join(sorted({known.code for known in works.rules}))
        raise TrackerError(
            "No limit “%(code)s” counts on that day. There are: %(codes)s.", code=code, codes=codes
        )
    return rule.limit(in_english=language() == "en")


def explained(session: Session, start: date, limit: Limit) -> Account:
    """Give the due date with the account of it."""
    return account(start, limit, calendar_of(session))


def lines_of(given: Account) -> Iterator[str]:
    """Write an account as text: the limit and its legal text, then a line for each day."""
    if given.limit and given.limit.name:
        yield f"  {given.limit.code}: {given.limit.name}"
    if given.limit and given.limit.legal_basis:
        yield "  " + gettext("Legal basis: %(text)s", text=given.limit.legal_basis)
    for line in given.lines:
        day = shown_date(line.day) or " " * 10
        yield f"  {day}  {told(line, given.limit)}"


def _has_calendar(engine: Engine, session: Session) -> bool:
    tables = inspect(engine)
    if not all(tables.has_table(table.__tablename__) for table in _TABLES):
        return False
    return session.scalar(select(CalendarException.day).limit(1)) is not None
