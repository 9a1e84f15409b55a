"""Reports as they were sent: the list, one of them, its files."""

from typing import Any

from flask import render_template, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.web import db_session, download, one_moment, own_session
from tracker.journal import service as journal
from tracker.reports.columns import FACT_WORDS, NUMBER_WORDS
from tracker.reports.models import SentReport
from tracker.reports.queries.sent import (
    changes_since,
    opened,
    period_of,
    sent_file,
    sent_report_for,
    sent_reports,
)
from tracker.reports.rules import shown_share
from tracker.reports.views.blueprint import bp

MOST_SHOWN = 200
"""So many changed petitions are shown; more make a page that nobody reads."""


@bp.get("/reports/sent")
@requires(Permission.READ_REPORT)
def sent_list() -> Any:
    """List the reports that were sent."""
    rows = sent_reports(db_session(), current_scope().ids)
    return render_template("reports/sent_list.html", rows=rows)


@bp.get("/reports/sent/<code>")
@requires(Permission.READ_REPORT)
def sent_one(code: str) -> Any:
    """Show a report as it was sent, and what has changed since."""
    session = db_session()
    report = sent_report_for(session, current_scope().ids, code)
    kept = opened(session, report)
    changes = None
    if kept.document:
        with one_moment() as drawing:
            changes = changes_since(drawing, kept)
    return render_template(
        "reports/sent_one.html",
        report=report,
        kept=kept,
        period=period_of(report),
        changes=changes,
        most=MOST_SHOWN,
        words=NUMBER_WORDS,
        facts=FACT_WORDS,
        share=shown_share,
        now_address=url_for("reports.resolution", **_arguments(report)),
    )


def _arguments(report: SentReport) -> dict[str, Any]:
    """Give the address' arguments of the same report as it would be today."""
    typed_by = report.typed_by.isoformat() if report.typed_by else None
    return {
        **period_of(report).arguments,
        "by": str(report.cut),
        "place": report.place.key,
        "as_at": report.ends_on.isoformat(),
        "typed_by": typed_by,
    }


@bp.get("/reports/sent/<code>/<name>")
@requires(Permission.EXPORT)
def sent_download(code: str, name: str) -> Response:
    """Give a file of a sent report byte for byte, and write down that it was taken out."""
    session = db_session()
    report = sent_report_for(session, current_scope().ids, code)
    body, media_type = sent_file(session, report, name)
    session.close()
    with own_session(read_only=False) as writing:
        journal.note_export(writing, current_user(), f"reports/sent/{report.code}/{name}")
    return download(body, media_type, f"{report.code}-{name}")
