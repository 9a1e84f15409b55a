"""The pack for the table: the briefing as a page to print, and all its files in one."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response, render_template, request, url_for
from sqlalchemy.orm import Session

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.briefing.columns import ITEMS
from tracker.briefing.lifecycle import Stage, Why
from tracker.briefing.models import Briefing
from tracker.briefing.queries import items_of, last_ended, proposals
from tracker.briefing.queries.proposals import PETITIONS, commitments_due
from tracker.briefing.views.blueprint import asked_briefing, bp
from tracker.commitments.columns import COLUMNS as COMMITMENTS
from tracker.commitments.queries.register import commitment_export_rows
from tracker.core import clock, downloads
from tracker.core.columns import csv_of, lines
from tracker.core.csvout import Separator, Variant, separator_of
from tracker.core.i18n import gettext
from tracker.core.web import db_session, download, own_session
from tracker.core.xlsxout import Sheet, sheet_columns, titles_of
from tracker.journal import service as journal
from tracker.journal.service import FileNotes
from tracker.petitions.columns import columns_for
from tracker.petitions.lifecycle import Profile
from tracker.petitions.queries import Sort, petition_export_rows
from tracker.places.queries import scope_ids
from tracker.reports import columns as report_columns
from tracker.reports.queries import Report, place_tree, resolution_report
from tracker.reports.rules import Cut, named_period

CHUNK = 64 * 1024
SPOOLED = 4 * 1024 * 1024
"""A pack this small never touches the disk."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pack is made for: a briefing, the places it answers for, and today."""

    briefing: Briefing
    scope: frozenset[int]
    today: date
    separator: Separator


@bp.get("/briefing/<code>/print")
@requires(Permission.READ_REGISTER)
def paper(code: str) -> str:
    """Show a briefing as the sheet that lies on the table."""
    return render_template("briefing/print.html", **_sheet(asked_briefing(code)))


@bp.get("/briefing/<code>/pack.zip")
@requires(Permission.EXPORT)
def pack(code: str) -> Response:
    """Give all files of a briefing in one, and write down that they were taken out."""
    briefing = asked_briefing(code)
    separator = separator_of(request.args.get("separator"), Variant.EXCEL)
    page = render_template(
        "briefing/pack.html",
        address=url_for("briefing.paper", code=code, _external=True),
        **_sheet(briefing),
    )
    asked = Asked(briefing, _scope(briefing), clock.today(), separator)
    # The reading is over; on some engines it would stand in the way of its own note.
    db_session().close()
    with own_session(read_only=False) as writing:
        journal.note_export(writing, current_user(), f"briefing/{code}/pack.zip")
    kept = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - closed when all is sent
    with own_session(read_only=True) as reading, ZipFile(kept, "w", ZIP_DEFLATED) as packed:
        packed.writestr("giao-ban.html", page)
        for name, pieces in _files(reading, asked):
            with packed.open(name, "w", force_zip64=True) as entry:
                for piece in pieces:
                    entry.write(piece.encode())
    kept.seek(0)
    return download(_pieces(kept), "application/zip", f"giao-ban-{code.lower()}.zip")


@bp.get("/briefing/<code>/pack.xlsx")
@requires(Permission.EXPORT)
def workbook(code: str) -> Response:
    """Give the matters of a briefing, and what is late for it, as one workbook."""
    briefing, user = asked_briefing(code), current_user()
    asked = Asked(briefing, _scope(briefing), clock.today(), Separator.SEMICOLON)
    db_session().close()
    return downloads.workbook(
        lambda session: list(_sheets(session, asked)),
        f"giao-ban-{code.lower()}.xlsx",
        FileNotes(user, f"briefing/{code}/pack.xlsx"),
    )


def _sheets(session: Session, asked: Asked) -> Iterator[Sheet]:
    briefing, facts = asked.briefing, (asked.briefing.code, clock.shown_date(asked.today))

    def sheet(name: str, columns: Any, rows: Any, printed: int = 0) -> Sheet:
        titles = titles_of(name, *facts, is_fictional=briefing.place.is_fictional)
        shown = sheet_columns(columns)
        cells = list(lines(columns, rows, Variant.EXCEL))
        return Sheet(name, titles, shown, cells, len(cells), printed, frozen=2)

    yield sheet(gettext("Matters of this briefing"), ITEMS, items_of(session, briefing))
    late, _ = PETITIONS[Why.LATE]
    petitions = petition_export_rows(session, asked.scope, late, Sort.DUE)
    columns = columns_for(Profile.PUBLIC)
    on_paper = [column.name for column in columns].index("remark") + 1
    yield sheet(gettext("Late petitions"), columns, petitions, on_paper)
    for why, name in (
        (Why.PROMISE_OVERDUE, gettext("Overdue commitments")),
        (Why.PROMISE_DUE, gettext("Commitments soon due")),
    ):
        wanted, _ = commitments_due(session, asked.today)[why]
        yield sheet(name, COMMITMENTS, commitment_export_rows(session, asked.scope, wanted))
    yield report_columns.report_sheet(_report(session, asked))


def _report(session: Session, asked: Asked) -> Report:
    period = named_period(f"{_month(asked):%Y-%m}").until(asked.today)
    tree = place_tree(session, asked.briefing.place_id, asked.scope)
    return resolution_report(session, tree, period, Cut.CATEGORY)


def _month(asked: Asked) -> date:
    return min(asked.briefing.held_on, asked.today)


def _sheet(briefing: Briefing) -> dict[str, Any]:
    session = db_session()
    last = last_ended(session, briefing.place_id, briefing)
    items = items_of(session, briefing)
    is_open = briefing.stage is Stage.OPEN
    since = last.held_on if last else None
    return {
        "briefing": briefing,
        "items": items,
        "last": last,
        "last_items": [item for item in items_of(session, last) if item.decision] if last else [],
        "piles": proposals(session, _scope(briefing), since, ()) if is_open else [],
        "drawn_at": clock.now(),
    }


def _scope(briefing: Briefing) -> frozenset[int]:
    return scope_ids(db_session(), briefing.place_id) & current_scope().ids


def _files(session: Session, asked: Asked) -> Iterator[tuple[str, Iterator[str]]]:
    """Give each file by its name; what it holds is read while it is written."""
    briefing, separator = asked.briefing, asked.separator
    excel = Variant.EXCEL

    def written(columns: Any, rows: Any) -> Iterator[str]:
        return csv_of(columns, rows, excel, separator)

    yield "noi-dung-giao-ban.csv", written(ITEMS, items_of(session, briefing))
    late, _ = PETITIONS[Why.LATE]
    petitions = petition_export_rows(session, asked.scope, late, Sort.DUE)
    yield "kien-nghi-qua-han.csv", written(columns_for(Profile.PUBLIC), petitions)
    for why, name in (
        (Why.PROMISE_OVERDUE, "cam-ket-qua-han.csv"),
        (Why.PROMISE_DUE, "cam-ket-sap-den-han.csv"),
    ):
        wanted, _ = commitments_due(session, asked.today)[why]
        promised = commitment_export_rows(session, asked.scope, wanted)
        yield name, written(COMMITMENTS, promised)
    rows = report_columns.rows(_report(session, asked), excel)
    yield f"bao-cao-giai-quyet-{_month(asked):%Y-%m}.csv", written(report_columns.COLUMNS, rows)


def _pieces(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        while piece := kept.read(CHUNK):
            yield piece
