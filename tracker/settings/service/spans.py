"""Spans of days with a name of the commune's own: a term, a campaign; offered for reports."""

import re

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.calendar.models import InstallationSetting
from tracker.core.clock import shown_date
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed, Stale, TrackerError
from tracker.core.text import checked
from tracker.journal import service as journal
from tracker.settings.queries import keeps_lists, named_spans, span_for
from tracker.settings.rules import (
    FIRST_SPAN_DAY,
    LAST_SPAN_DAY,
    LONGEST_CODE,
    LONGEST_SPAN_NAME,
    MOST_SPANS,
    SPAN,
    NamedSpan,
    code_from,
)
from tracker.settings.service.recording import Facts, check_keeper, made_before, note_change

TAKEN_OUT = ""
WORD = re.compile(r"[^\W\d_]{2}")
"""What no year, quarter or month has that the report knows by itself: 2026, 2026-Q3, 2026-9M."""


class SpanRefused(TrackerError):
    """The span has no name or no days; `field` says where it was typed."""

    def __init__(self, msgid: str, field: str, **values: object) -> None:
        super().__init__(msgid, **values)
        self.field = field


def add_span(session: Session, actor: User, new: NamedSpan, key: str) -> NamedSpan:
    """Keep a span under its name; its code is made from it."""
    try:
        return _add(session, actor, new, key)
    except IntegrityError:
        return _add(session, actor, new, key)  # another came first; its code is known now


def _add(session: Session, actor: User, new: NamedSpan, key: str) -> NamedSpan:
    with transaction(session):
        _check_keeper(session, actor)
        if code := made_before(session, actor, key):
            return span_for(session, code)
        span = _checked(session, new)
        kept = session.get(InstallationSetting, SPAN + span.code)
        if kept is None:
            session.add(InstallationSetting(key=SPAN + span.code, value=span.written))
        else:
            kept.value = span.written
        session.flush()  # a code that another took meanwhile is told here
        journal.keep_key(session, actor, key, span.code)
        note_change(session, actor, "span:made", span.code, {}, _facts(span))
    return span


def change_span(session: Session, actor: User, change: NamedSpan) -> None:
    """Change a span's name and days; reports that were sent keep theirs."""
    with transaction(session):
        _check_keeper(session, actor)
        row, before = _locked(session, change)
        after = _checked(session, change)
        row.value = after.written
        if before != after:
            note_change(session, actor, "span:changed", after.code, _facts(before), _facts(after))


def retire_span(session: Session, actor: User, seen: NamedSpan) -> None:
    """Offer a span no more; the journal keeps what it was."""
    with transaction(session):
        _check_keeper(session, actor)
        row, before = _locked(session, seen)
        row.value = TAKEN_OUT
        note_change(session, actor, "span:retired", seen.code, _facts(before), {})


def _check_keeper(session: Session, actor: User) -> None:
    check_keeper(actor)
    if not keeps_lists(session, actor):
        raise NotAllowed("These lists are kept by an administrator of a place above yours.")


def _locked(session: Session, seen: NamedSpan) -> tuple[InstallationSetting, NamedSpan]:
    row = session.get(
        InstallationSetting, SPAN + seen.code, with_for_update=True, populate_existing=True
    )
    now = span_for(session, seen.code)
    if row is None or row.version != seen.version:
        raise Stale("Someone else has just changed this; look again before you save.")
    return row, now


def _checked(session: Session, span: NamedSpan) -> NamedSpan:
    """Give the span as it is kept; refuse days in the wrong order, and a name that is taken."""
    name = " ".join(checked(span.name).split())
    if not name:
        raise SpanRefused("Enter the name of the period.", "name")
    if not WORD.search(name):
        raise SpanRefused(
            "Choose a name of words: years, quarters and months are offered already.", "name"
        )
    if len(name) > LONGEST_SPAN_NAME:
        most = LONGEST_SPAN_NAME
        raise SpanRefused("A name has %(most)s letters at most.", "name", most=most)
    if span.end < span.start:
        raise SpanRefused("The last day comes before the first.", "end")
    for field, day in (("start", span.start), ("end", span.end)):
        if not FIRST_SPAN_DAY <= day <= LAST_SPAN_DAY:
            first, last = shown_date(FIRST_SPAN_DAY), shown_date(LAST_SPAN_DAY)
            raise SpanRefused(
                "Choose a day between %(first)s and %(last)s.", field, first=first, last=last
            )
    others = [other for other in named_spans(session) if other.code != span.code]
    if any(other.name.casefold() == name.casefold() for other in others):
        raise SpanRefused("“%(name)s” is on the list already.", "name", name=name)
    if not span.code and len(others) >= MOST_SPANS:
        raise SpanRefused("So many periods would be hard to choose from: retire one first.", "name")
    longest = LONGEST_CODE - len(SPAN)
    code = span.code or code_from(name[:longest], {other.code for other in others})[:longest]
    return NamedSpan(code, name, span.start, span.end, span.version)


def _facts(span: NamedSpan) -> Facts:
    return {"name_vi": span.name, "valid_from": span.start, "valid_to": span.end}
