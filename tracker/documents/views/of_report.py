"""The report as an official paper: to look at first, and as a Word file."""

from dataclasses import replace
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, requires
from tracker.accounts.permissions import Permission
from tracker.core.i18n import N_
from tracker.core.web import db_session
from tracker.documents import papers
from tracker.documents.queries.report import ReportFacts, report_facts
from tracker.documents.rules.blocks import Paper
from tracker.documents.views.blueprint import (
    Asked,
    asked_for,
    bp,
    in_papers_language,
    paper_answer,
    preview,
    written_as,
)
from tracker.reports.forms import Asked as AskedReport
from tracker.reports.forms import ReportForm
from tracker.reports.queries import place_tree
from tracker.settings.queries import named_spans


@bp.get("/reports/resolution/paper")
@requires(Permission.EXPORT)
def look_at_report() -> Any:
    """Show the report as the paper it would be, with room for the clerk's own words."""
    report = _asked_report()
    asked = asked_for(report.tree.top.id, has_names=True)
    paper, _ = _paper(report, asked)
    arguments = report.arguments()
    return preview(
        paper,
        asked,
        title=N_("Report on results"),
        has_names=True,
        back=(url_for("reports.resolution", **arguments), N_("Resolution report")),
        here=lambda **given: url_for(
            "documents.look_at_report", **arguments | asked.arguments | given
        ),
        file=url_for("documents.report", **arguments | asked.arguments),
    )


@bp.get("/reports/resolution.docx")
@requires(Permission.EXPORT)
def report() -> Response:
    """Give the report as a Word file."""
    wanted = _asked_report()
    asked = asked_for(wanted.tree.top.id, has_names=True)
    written, facts = _paper(wanted, asked)
    days = f"{wanted.counted.start:%Y%m%d}-{wanted.counted.end:%Y%m%d}"
    told = "; ".join(f"{name}={text}" for name, text in wanted.arguments().items())
    told = f"{told}; {len(facts.outstanding)} petitions"
    subject = "reports/resolution.docx"
    return paper_answer(written, asked, subject, f"bao-cao-giai-quyet-{days}", told)


def _asked_report() -> AskedReport:
    scope = current_scope()
    tree = place_tree(db_session(), scope.home.id, scope.ids)
    return ReportForm(request.args, tree, named_spans(db_session())).asked()


def _paper(wanted: AskedReport, asked: Asked) -> tuple[Paper, ReportFacts]:
    read: list[ReportFacts] = []

    def compose() -> Paper:
        drawn = (wanted.tree, wanted.counted, wanted.cut, wanted.typed_by)
        read.append(report_facts(db_session(), *drawn))
        writing = replace(written_as(asked), known=read[0].known)
        return papers.report(writing, read[0], wanted.period.label)

    return in_papers_language(compose), read[0]
