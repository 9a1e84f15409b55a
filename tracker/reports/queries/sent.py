"""Reports as they were sent: the list, one of them, whether it stayed as it was, what changed."""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, undefer

from tracker.accounts.models import User
from tracker.core.errors import NotFound
from tracker.core.i18n import gettext
from tracker.journal.models import JournalEntry
from tracker.places.models import Place
from tracker.places.queries import reached, scope_ids
from tracker.reports.models import SentFile, SentReport
from tracker.reports.queries.cuts import Asked, ReportLine, lines_by
from tracker.reports.queries.places import place_tree
from tracker.reports.queries.proof import SEND, faults, journaled, trusted
from tracker.reports.queries.rows import report_rows
from tracker.reports.rules import (
    Changes,
    Form,
    Line,
    Period,
    Row,
    differing_cells,
    differing_rows,
    line_from,
    row_from,
)

NEWEST = 200


class SentRow(NamedTuple):
    """One line of the list of sent reports."""

    code: str
    place: str
    period: Period
    cut: Any
    typed_by: date | None
    petitions: int
    sent_by: str
    sent_at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that was kept with a report."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A sent report as it can be read again; `faults` say why it is not what was sent."""

    report: SentReport
    document: Mapping[str, Any]
    files: list[FileRow]
    faults: list[str]

    @property
    def content(self) -> Mapping[str, Any]:
        """Give what was counted."""
        kept: Mapping[str, Any] = self.document.get("content", {})
        return kept

    @property
    def lines(self) -> list[ReportLine]:
        """Give the lines as they stood."""
        return [_line(kept) for kept in self.content.get("lines", ())]

    @property
    def total(self) -> Line:
        """Give the total as it stood."""
        return line_from(self.content.get("total", {}))

    @property
    def rows(self) -> list[Row]:
        """Give the petitions as they were counted."""
        return [row_from(kept) for kept in self.content.get("rows", ())]


def period_of(report: SentReport) -> Period:
    """Give the days that a sent report is about, under the name it was asked by."""
    return Period(report.starts_on, report.ends_on, report.period_key, Form(report.period_form))


def sent_reports(session: Session, scope: frozenset[int]) -> list[SentRow]:
    """Give the newest reports that were sent of places of a scope, the latest first."""
    rows = session.execute(
        select(SentReport, Place.name, User.full_name)
        .join(Place, Place.id == SentReport.place_id)
        .join(User, User.id == SentReport.sent_by_id)
        .where(SentReport.place_id.in_(reached(scope)))
        .order_by(SentReport.id.desc())
        .limit(NEWEST)
    )
    return [
        SentRow(
            report.code,
            place,
            period_of(report),
            report.cut,
            report.typed_by,
            report.petitions,
            sent_by,
            report.sent_at,
            report.digest,
        )
        for report, place, sent_by in rows
    ]


def sent_report_for(session: Session, scope: frozenset[int], code: str) -> SentReport:
    """Give a sent report of a place of the scope; another's is not found, like none."""
    report = session.scalar(
        select(SentReport)
        .where(SentReport.code == code, SentReport.place_id.in_(reached(scope)))
        .options(joinedload(SentReport.place), joinedload(SentReport.sent_by))
        .options(undefer(SentReport.body))
    )
    if report is None:
        raise NotFound("There is no such report.")
    return report


def opened(session: Session, report: SentReport) -> Opened:
    """Read a sent report, and tell whether it is what was sent."""
    body = _body(report)
    document = _document(body)
    files = session.scalars(
        select(SentFile).where(SentFile.report_id == report.id).options(undefer(SentFile.body))
    ).all()
    found = list(faults(session, report, body, document, {f.name: f.body for f in files}))
    kept = [FileRow(file.name, file.media_type, file.size) for file in files]
    return Opened(report, document, sorted(kept, key=lambda file: file.name), found)


def sent_file(session: Session, report: SentReport, name: str) -> tuple[bytes, str]:
    """Give a file of a sent report, byte for byte, and its media type; refuse a changed one."""
    body = trusted("report.json", _body(report), journaled(session, report))
    if name == "report.json":
        return body, "application/json"
    row = session.execute(
        select(SentFile.body, SentFile.media_type).where(
            SentFile.report_id == report.id, SentFile.name == name
        )
    ).first()
    if row is None:
        raise NotFound("There is no such file.")
    wanted: Mapping[str, str] = _document(body).get("files", {})
    return trusted(name, row.body, wanted.get(name)), row.media_type


def changes_since(session: Session, kept: Opened) -> Changes:
    """Draw a sent report again, and tell what is counted otherwise."""
    report = kept.report
    tree = place_tree(session, report.place_id, scope_ids(session, report.place_id))
    asked = Asked(tree, period_of(report), report.typed_by)
    then = {line.code: (line.name, line.numbers) for line in kept.lines}
    now = {line.code: (line.name, line.numbers) for line in lines_by(session, report.cut, asked)}
    return Changes(
        list(differing_cells(then, now)),
        differing_rows(kept.rows, report_rows(session, asked)),
    )


def sent_mismatches(session: Session) -> Iterator[str]:
    """Check every sent report against its digest; a line for each that is not what was sent."""
    for code in session.scalars(select(SentReport.code).order_by(SentReport.id)).all():
        report = session.scalar(
            select(SentReport).where(SentReport.code == code).options(undefer(SentReport.body))
        )
        if report is None:
            continue
        for fault in opened(session, report).faults:
            yield gettext("sent report %(code)s: %(fault)s", code=code, fault=fault)
        session.expunge(report)
    yield from _gone(session)


def _gone(session: Session) -> Iterator[str]:
    """Tell of reports that the journal knows and that are no more."""
    codes = select(SentReport.code)
    lost = select(JournalEntry.subject).where(
        JournalEntry.action == SEND, JournalEntry.subject.not_in(codes)
    )
    for code in session.scalars(lost):
        yield gettext("sent report %(code)s: it is gone, though the journal tells of it", code=code)


def _body(report: SentReport) -> bytes:
    try:
        return zlib.decompress(report.body)
    except zlib.error:
        return b""


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _line(kept: Mapping[str, Any]) -> ReportLine:
    period = Period(date.fromisoformat(kept["from"]), date.fromisoformat(kept["to"]))
    texts = {name: kept.get(name, "") for name in ("within", "today", "commune_key", "commune")}
    return ReportLine(
        kept["name"],
        kept["code"],
        period,
        line_from(kept["numbers"]),
        **texts,
        is_place=kept.get("is_place", False),
        is_fictional=kept.get("is_fictional", False),
        is_unit=kept.get("is_unit", False),
        has_rows=False,
    )
