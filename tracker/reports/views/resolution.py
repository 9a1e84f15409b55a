"""The resolution report: the page, and the file for the meeting."""

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.columns import csv_of
from tracker.core.csvout import MEDIA_TYPE, separator_of, variant_of
from tracker.core.i18n import gettext, say, shown_number, speaking
from tracker.core.text import fold
from tracker.core.web import db_session, download, one_moment, own_session, stay_at_one_moment
from tracker.journal import service as journal
from tracker.petitions.queries import PetitionFilter, Stock
from tracker.petitions.queries.addresses import YES, petitions_address
from tracker.petitions.rules import OUTSTANDING, Timeliness
from tracker.reports import columns
from tracker.reports.columns import NUMBER_WORDS
from tracker.reports.forms import Asked
from tracker.reports.queries import Report, beside, cell_address, resolution_report
from tracker.reports.queries.cells import cell_of
from tracker.reports.queries.measures import PUNCTUALITY, measures
from tracker.reports.queries.pictures import trend
from tracker.reports.queries.rows import names_of, report_rows
from tracker.reports.rules import (
    Band,
    Cut,
    Form,
    Period,
    PeriodRefused,
    near_periods,
    shown_share,
)
from tracker.reports.service import MOST_ROWS, XLSX_TYPE, workbook_bytes
from tracker.reports.views.blueprint import asked_report, bp, report_form, scope_tree
from tracker.settings.queries import named_spans

WHOLE = "all"
"""Asks in the address for what is counted petition by petition, however many they are."""


@bp.get("/reports/resolution")
@requires(Permission.READ_REPORT)
def resolution() -> Any:
    """Show the report of a period: what was to be done, what came of it, what is left."""
    form = report_form(request.args)
    try:
        asked = form.asked()
    except PeriodRefused as refusal:
        form.tell(refusal)
        return render_template("reports/refused.html", form=form), refusal.status_code
    session = stay_at_one_moment()
    report = _report(asked)
    is_whole = request.args.get("count") == WHOLE
    return render_template(
        "reports/resolution.html",
        form=form,
        asked=asked,
        report=report,
        beside=beside(session, asked.tree.ids, asked.counted),
        measured=measures(session, asked.drawn, report.total, of_any_number=is_whole),
        trend=trend(session, asked.drawn),
        punctuality=PUNCTUALITY,
        near=[(period, _address(asked, **_named(period))) for period in _near(asked)],
        cuts=[(cut, _address(asked, by=str(cut))) for cut in Cut],
        opens=lambda key: _address(asked, by=str(Cut.PLACE), place=key),
        above=_above(asked),
        csv=lambda **given: url_for("reports.resolution_csv", **asked.arguments(**given)),
        xlsx=url_for("reports.resolution_xlsx", **asked.arguments()),
        count_all=_address(asked, count=WHOLE),
        cell=lambda name, period, rows, only_here: cell_address(
            name, period, _here(asked) | rows, only_here=only_here, typed_by=asked.typed_by
        ),
        aged=lambda band: _aged_address(asked, band),
        in_time=lambda kept: _in_time_address(asked, kept),
        open_again=petitions_address(
            PetitionFilter(cell=cell_of("resolved", asked.counted, asked.typed_by), open=True),
            **_here(asked),
        ),
        held_address=url_for(
            "dialogues.index",
            **_here(asked),
            held=YES,
            held_from=asked.counted.start.isoformat(),
            held_to=asked.counted.end.isoformat(),
        ),
        promised=lambda state=None: url_for(
            "commitments.index",
            **_here(asked),
            state=state and str(state),
            due_from=asked.counted.start.isoformat(),
            due_to=asked.counted.end.isoformat(),
        ),
        finding=_finding(report),
        undated_address=petitions_address(PetitionFilter(date_unknown=True), **_here(asked)),
        words=NUMBER_WORDS,
        share=shown_share,
        change=shown_change,
        inspection=Form.INSPECTION,
    )


@bp.get("/reports/resolution.csv")
@requires(Permission.EXPORT)
def resolution_csv() -> Response:
    """Give the report as a file, and write down that it was taken out."""
    variant = variant_of(request.args.get("variant"))
    separator = separator_of(request.args.get("separator"), variant)
    asked = asked_report()
    report = _report(asked)
    pieces = csv_of(columns.COLUMNS, columns.rows(report, variant), variant, separator)
    body = "".join(pieces).encode()
    note_taken(asked, "reports/resolution.csv")
    return download(body, MEDIA_TYPE, file_name(asked, report, "csv"))


@bp.get("/reports/resolution.xlsx")
@requires(Permission.EXPORT)
def resolution_xlsx() -> Response:
    """Give the report as a workbook: its table, and the petitions that it counts."""
    asked = asked_report()
    with one_moment() as session:
        report = _report(asked, session)
        sheets = [columns.report_sheet(report)]
        if report.total.to_do <= MOST_ROWS:
            rows, names = report_rows(session, asked.drawn), names_of(session, asked.drawn)
            sheets.append(columns.petitions_sheet(report, rows, names))
        body = workbook_bytes(sheets)
    note_taken(asked, "reports/resolution.xlsx")
    return download(body, XLSX_TYPE, file_name(asked, report, "xlsx"))


def note_taken(asked: Asked, subject: str) -> None:
    """Write down that a file of a report was taken out, and by what it was asked."""
    told = "; ".join(f"{name}={text}" for name, text in asked.arguments().items())
    # The reading is over; on some engines it would stand in the way of its own note.
    db_session().close()
    with own_session(read_only=False) as writing:
        journal.note_export(writing, current_user(), subject, told)


def file_name(asked: Asked, report: Report, ending: str) -> str:
    """Name a report's file by its days and cut, in the files' own language; nobody is named."""
    days = f"{asked.counted.start:%Y%m%d}-{asked.counted.end:%Y%m%d}"
    invented = "hu-cau-" if report.fictional else ""
    typed = f"-nhap-den-{asked.typed_by:%Y%m%d}" if asked.typed_by else ""
    with speaking("vi"):
        cut = fold(say(asked.cut)).replace(" ", "-")
    return f"bao-cao-giai-quyet-{invented}{days}-{cut}{typed}.{ending}"


def shown_change(now: int, before: int) -> str:
    """Write by how much a number changed in percent; a dash where there was none before."""
    if before == 0:
        return shown_share(None)
    written = shown_share(abs(now - before) / before)
    return written if now == before else ("+" if now > before else "−") + written


def _report(asked: Asked, session: Session | None = None) -> Report:
    drawn = asked.tree, asked.counted, asked.cut, asked.typed_by
    return resolution_report(session or db_session(), *drawn)


def _near(asked: Asked) -> list[Period]:
    last = asked.as_at or clock.today()
    called = [Period(span.start, span.end, span.name) for span in named_spans(db_session())]
    periods = [*near_periods(clock.today(), asked.period.form), *called]
    return [period for period in periods if period.start <= last]


def _named(period: Period) -> dict[str, str]:
    return period.arguments


def _address(asked: Asked, **changes: str) -> str:
    return url_for("reports.resolution", **asked.arguments(**changes))


def _above(asked: Asked) -> tuple[str, str] | None:
    """Name the unit that a report of a part was opened from, and give its report's address."""
    if not asked.tree.is_narrowed:
        return None
    whole = scope_tree()
    node = whole.nodes[asked.tree.home]
    unit_id = node.successor_id or node.parent_id or whole.home
    unit = whole.names.get(unit_id, whole.top)
    return unit.choice, _address(asked, place=unit.key)


def _here(asked: Asked) -> dict[str, Any]:
    return {"place": asked.tree.top.key} if asked.tree.is_narrowed else {}


def _aged_address(asked: Asked, band: Band) -> str:
    standing = Stock(OUTSTANDING, asked.counted.end, asked.typed_by)
    asked_for = PetitionFilter(
        cell=standing, received_from=band.received_from, received_to=band.received_to
    )
    return petitions_address(asked_for, **_here(asked))


def _in_time_address(asked: Asked, kept: Timeliness) -> str:
    cell = cell_of("resolved", asked.counted, asked.typed_by)
    # What is open again may have no due date either, and is counted apart.
    open_ = False if kept is Timeliness.NO_DATE else None
    asked_for = PetitionFilter(cell=cell, timeliness=kept, open=open_)
    return petitions_address(asked_for, **_here(asked))


def _finding(report: Report) -> str:
    """Say in one sentence what the table shows."""
    line = report.most_outstanding
    if line is None:
        return gettext("Nothing is outstanding: what was to be done has come to an end.")
    numbers = report.total if report.cut is Cut.MONTH else line.numbers
    counts = {"outstanding": shown_number(numbers.outstanding), "late": shown_number(numbers.late)}
    if report.cut is Cut.MONTH:
        return gettext(
            "Outstanding at the end of the period: %(outstanding)s, of which %(late)s late.",
            **counts,
        )
    return gettext(
        "Most outstanding: %(name)s with %(outstanding)s, of which %(late)s late.",
        name=line.name,
        **counts,
    )
