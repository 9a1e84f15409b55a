"""The resolution report: the page, and the file for the meeting."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.columns import header, lines
from tracker.core.csvout import MEDIA_TYPE, csv_lines, separator_of, variant_of
from tracker.core.i18n import gettext, shown_number
from tracker.core.web import db_session, download, own_session
from tracker.journal import service as journal
from tracker.petitions.queries import PetitionFilter
from tracker.petitions.queries.addresses import petitions_address
from tracker.reports import columns
from tracker.reports.columns import NUMBER_WORDS
from tracker.reports.forms import Asked, ReportForm
from tracker.reports.queries import (
    PlaceTree,
    Report,
    beside,
    cell_address,
    place_tree,
    resolution_report,
)
from tracker.reports.rules import (
    Cut,
    Period,
    PeriodRefused,
    near_periods,
    shown_share,
)

bp = Blueprint("reports", __name__)


@bp.get("/reports/resolution")
@requires(Permission.READ_REPORT)
def resolution() -> Any:
    """Show the report of a period: what was to be done, what came of it, what is left."""
    tree = _tree()
    form = ReportForm(request.args, tree)
    try:
        asked = form.asked()
    except PeriodRefused as refusal:
        form.tell(refusal)
        return render_template("reports/refused.html", form=form), refusal.status_code
    session = db_session()
    report = _report(asked)
    return render_template(
        "reports/resolution.html",
        form=form,
        asked=asked,
        report=report,
        beside=beside(session, asked.tree.ids, asked.counted),
        near=[(period, _address(asked, period=period.key)) for period in _near(asked)],
        cuts=[(cut, _address(asked, by=str(cut))) for cut in Cut],
        csv=lambda **given: url_for("reports.resolution_csv", **asked.arguments(**given)),
        cell=lambda name, period, rows, only_here: cell_address(
            name, period, _here(asked) | rows, only_here=only_here
        ),
        finding=_finding(report),
        undated_address=petitions_address(PetitionFilter(date_unknown=True), **_here(asked)),
        words=NUMBER_WORDS,
        share=shown_share,
    )


@bp.get("/reports/resolution.csv")
@requires(Permission.EXPORT)
def resolution_csv() -> Response:
    """Give the report as a file, and write down that it was taken out."""
    variant = variant_of(request.args.get("variant"))
    separator = separator_of(request.args.get("separator"), variant)
    asked = ReportForm(request.args, _tree()).asked()
    report = _report(asked)
    pieces = csv_lines(
        header(columns.COLUMNS, variant),
        lines(columns.COLUMNS, columns.rows(report, variant), variant),
        variant=variant,
        separator=separator,
    )
    body = "".join(pieces).encode()
    days = f"{asked.counted.start:%Y%m%d}-{asked.counted.end:%Y%m%d}"
    told = "; ".join(f"{name}={text}" for name, text in asked.arguments().items())
    # The reading is over; on some engines it would stand in the way of its own note.
    db_session().close()
    with own_session(read_only=False) as writing:
        journal.note_export(writing, current_user(), "reports/resolution.csv", told)
    invented = "hu-cau-" if report.fictional else ""
    return download(body, MEDIA_TYPE, f"bao-cao-giai-quyet-{invented}{days}-{asked.cut}.csv")


def _tree() -> PlaceTree:
    scope = current_scope()
    return place_tree(db_session(), scope.home.id, scope.ids)


def _report(asked: Asked) -> Report:
    return resolution_report(db_session(), asked.tree, asked.counted, asked.cut)


def _near(asked: Asked) -> list[Period]:
    last = asked.as_at or clock.today()
    return [period for period in near_periods(clock.today()) if period.start <= last]


def _address(asked: Asked, **changes: str) -> str:
    return url_for("reports.resolution", **asked.arguments(**changes))


def _here(asked: Asked) -> dict[str, Any]:
    return {"place": asked.tree.top.key} if asked.tree.is_narrowed else {}


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
