"""Sending reports: what was counted is kept as it was, with its rows and files."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.core import clock
from tracker.core.columns import Column, csv_of
from tracker.core.csvout import MEDIA_TYPE, Separator, Variant
from tracker.core.db import transaction
from tracker.core.errors import TrackerError
from tracker.core.numbering import next_number
from tracker.core.xlsxout import Sheet, write_workbook
from tracker.journal import service as journal
from tracker.journal.queries import head_of
from tracker.reports import columns
from tracker.reports.models import SentFile, SentReport
from tracker.reports.queries import PlaceTree, Report, ReportLine, resolution_report
from tracker.reports.queries.cuts import Asked
from tracker.reports.queries.proof import SEND
from tracker.reports.queries.rows import Names, names_of, report_rows
from tracker.reports.rules import (
    Cut,
    Period,
    Row,
    canonical,
    digest,
    line_from,
    numbers_of,
    total,
)

FORMAT = 1
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 100_000
"""So many petitions a sent report may count; it keeps every one of them."""


class SendRefused(TrackerError):
    """The report cannot be sent as asked."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file to keep with a report."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything of a report that is kept when it is sent; it was read at one moment."""

    place_id: int
    period: Period
    cut: Cut
    typed_by: date | None
    petitions: int
    content: dict[str, Any]
    content_key: str
    files: tuple[Kept, ...]


def draft_report(session: Session, asked: Asked, cut: Cut) -> Draft:
    """Draw a report with its rows and files, to be sent; refuse what does not add up.

    Read it on a session of one moment (core.db.reading): figures and rows must be of the same.
    """
    report = resolution_report(session, asked.tree, asked.period, cut, asked.typed_by)
    if report.total.to_do > MOST_ROWS:
        raise SendRefused(
            "This report counts %(number)s petitions; one that is sent keeps at most %(most)s."
            " Choose a shorter period or a part of the place.",
            number=report.total.to_do,
            most=MOST_ROWS,
        )
    rows = list(report_rows(session, asked))
    if not report.is_balanced or total(line_from(row.numbers) for row in rows) != report.total:
        raise SendRefused(
            "The report does not add up to its rows, so it is not sent; tell the administrator to"
            " run “tracker verify”."
        )
    counted = {
        "place": asked.tree.top.key,
        "from": asked.period.start.isoformat(),
        "to": asked.period.end.isoformat(),
        "typed_by": asked.typed_by.isoformat() if asked.typed_by else None,
        "cut": str(cut),
        "lines": [[line.code, numbers_of(line.numbers)] for line in report.lines],
        "rows": rows,
    }
    return Draft(
        place_id=asked.tree.home,
        period=asked.period,
        cut=cut,
        typed_by=asked.typed_by,
        petitions=len(rows),
        content=_content(report, asked.tree, rows),
        content_key=digest(canonical(counted)),
        files=(*_files(report, rows), _workbook(report, rows, names_of(session, asked))),
    )


def send_report(session: Session, actor: User, draft: Draft) -> tuple[SentReport, bool]:
    """Keep a report as it is; give it and whether it is new: the same one is sent once."""
    try:
        return _send(session, actor, draft)
    except IntegrityError:
        # Another sent it, or took the first number of the year, in the same moment.
        return _send(session, actor, draft)


def _send(session: Session, actor: User, draft: Draft) -> tuple[SentReport, bool]:
    with transaction(session):
        if sent := _sent_before(session, draft):
            return sent, False
        now = clock.now()
        year = clock.today().year
        report = SentReport(
            code=f"BC-{year}-{next_number(session, 'BC', year):04d}",
            place_id=draft.place_id,
            cut=draft.cut,
            period_key=draft.period.key,
            period_form=str(draft.period.form),
            starts_on=draft.period.start,
            ends_on=draft.period.end,
            typed_by=draft.typed_by,
            petitions=draft.petitions,
            sent_by_id=actor.id,
            sent_at=now,
            content_key=draft.content_key,
        )
        body = canonical(_document(report, actor, draft, head_of(session, draft.place_id)))
        report.digest, report.body = digest(body), zlib.compress(body, 6)
        session.add(report)
        session.flush()
        for file in draft.files:
            size = len(file.body)
            session.add(SentFile(report_id=report.id, size=size, **_fields(file)))
        journal.note(session, actor, SEND, report.code, draft.place_id, report.digest)
        return report, True


def _sent_before(session: Session, draft: Draft) -> SentReport | None:
    same = (SentReport.place_id == draft.place_id, SentReport.content_key == draft.content_key)
    return session.scalar(select(SentReport).where(*same))


def _fields(file: Kept) -> dict[str, Any]:
    return {"name": file.name, "media_type": file.media_type, "body": file.body}


def _document(
    report: SentReport, actor: User, draft: Draft, head: tuple[int, str]
) -> dict[str, Any]:
    """Give what is digested; the journal's last entry is in it, so that paper guards the file."""
    return {
        "format": FORMAT,
        "code": report.code,
        "sent_by": actor.id,
        "author": actor.full_name,
        "sent_at": report.sent_at.astimezone(UTC).isoformat(),
        "starts_on": report.starts_on.isoformat(),
        "ends_on": report.ends_on.isoformat(),
        "typed_by": report.typed_by.isoformat() if report.typed_by else None,
        "content_key": report.content_key,
        "content": draft.content,
        "files": {file.name: digest(file.body) for file in draft.files},
        "journal": {"place": report.place_id, "number": head[0], "digest": head[1]},
    }


def _content(report: Report, tree: PlaceTree, rows: list[Row]) -> dict[str, Any]:
    return {
        "place": {"key": tree.top.key, "name": report.place.name},
        "period": {**report.period.arguments, "label": report.period.label},
        "cut": str(report.cut),
        "fictional": report.fictional,
        "lines": [_line(line) for line in report.lines],
        "total": numbers_of(report.total),
        "year_before": numbers_of(report.year_before),
        "rows": rows,
    }


def _line(line: ReportLine) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "name": line.name,
        "code": line.code,
        "from": line.period.start.isoformat(),
        "to": line.period.end.isoformat(),
        "numbers": numbers_of(line.numbers),
    }
    told = ("within", "today", "commune_key", "commune", "is_place", "is_fictional", "is_unit")
    return kept | {name: getattr(line, name) for name in told if getattr(line, name)}


def _files(report: Report, rows: list[Row]) -> tuple[Kept, ...]:
    return tuple(
        Kept(name, MEDIA_TYPE, _csv(columns_, drawn, variant))
        for name, columns_, drawn, variant in (
            ("report.csv", columns.COLUMNS, columns.rows(report, Variant.EXCEL), Variant.EXCEL),
            (
                "report-machine.csv",
                columns.COLUMNS,
                columns.rows(report, Variant.MACHINE),
                Variant.MACHINE,
            ),
            ("petitions-machine.csv", columns.PETITION_COLUMNS, rows, Variant.MACHINE),
        )
    )


def _workbook(report: Report, rows: list[Row], names: Names) -> Kept:
    sheets = [columns.report_sheet(report), columns.petitions_sheet(report, rows, names)]
    return Kept("report.xlsx", XLSX_TYPE, workbook_bytes(sheets))


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Write sheets into a workbook, and give it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "report.xlsx")
        write_workbook(path, sheets)
        return path.read_bytes()


def _csv(of: tuple[Column[Any], ...], rows: Iterable[Any], variant: Variant) -> bytes:
    is_excel = variant is Variant.EXCEL
    separator = Separator.SEMICOLON if is_excel else Separator.COMMA
    return "".join(csv_of(of, rows, variant, separator)).encode()
