"""The report as an official paper: to look at first, as a Word file, and kept when it is sent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core.db import reading
from tracker.core.i18n import N_, gettext
from tracker.core.web import close_session, db_session, engine, one_moment
from tracker.documents import papers
from tracker.documents.papers import Writing
from tracker.documents.queries.letterheads import template_content
from tracker.documents.queries.report import ReportFacts, report_facts
from tracker.documents.rules.blocks import Paper
from tracker.documents.views.blueprint import (
    Asked,
    asked_for,
    body_of,
    bp,
    in_papers_language,
    paper_answer,
    preview,
    written_as,
)
from tracker.documents.word import MEDIA_TYPE
from tracker.journal.queries import head_of
from tracker.reports.forms import Asked as AskedReport
from tracker.reports.forms import ReportForm
from tracker.reports.queries import place_tree
from tracker.reports.service import Kept, draft_report, send_report
from tracker.settings.queries import named_spans

PAPER = "report.docx"


@bp.get("/reports/resolution/paper")
@requires(Permission.EXPORT)
def look_at_report() -> Any:
    """Show the report as the paper it would be, with room for the clerk's own words."""
    report = _asked_report()
    asked = asked_for(report.tree.top.id, has_names=True)
    paper, facts = _paper(report, asked)
    arguments = report.arguments()
    return preview(
        paper,
        asked,
        "reports/resolution/paper",
        _told(report, facts),
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
    subject, told = "reports/resolution.docx", _told(wanted, facts)
    return paper_answer(written, asked, subject, f"bao-cao-giai-quyet-{days}", told)


def _told(wanted: AskedReport, facts: ReportFacts) -> str:
    """Say in the journal of what a paper tells, and of how many."""
    period = "; ".join(f"{name}={text}" for name, text in wanted.arguments().items())
    return f"{period}; {len(facts.outstanding)} petitions"


@bp.post("/reports/resolution/send")
@requires(Permission.SEND_REPORT)
def send() -> Response:
    """Keep the report that the form names as it is now, its paper too; the same is kept once."""
    given = MultiDict((name, text) for name, text in request.form.items() if name != "csrf_token")
    wanted, actor = _asked_report(given), current_user()
    asked = asked_for(wanted.tree.top.id, has_names=False)
    writing = written_as(asked)
    template = template_content(db_session(), asked.unit, asked.issuer)
    # Read apart, at one moment: counting must not keep others from writing.
    close_session()
    with Session(reading(engine())) as source:
        draft = draft_report(source, wanted.drawn, wanted.cut)
        # On paper, so that whoever holds it sees when the journal or the figures were rewritten.
        head = head_of(source, draft.place_id)
        paper, _ = _composed(source, wanted, writing, lambda: _proof(draft.content_key, *head))
    kept = Kept(PAPER, MEDIA_TYPE, body_of(paper, template))
    draft = replace(draft, files=(*draft.files, kept))
    report, is_new = send_report(db_session(), actor, draft)
    told = {"code": report.code}
    flash(
        gettext("The report is kept as %(code)s.", **told)
        if is_new
        else gettext("This very report was sent before; it is %(code)s.", **told)
    )
    return redirect(url_for("reports.sent_one", code=report.code), 303)


def _asked_report(arguments: MultiDict[str, str] | None = None) -> AskedReport:
    scope = current_scope()
    tree = place_tree(db_session(), scope.home.id, scope.ids)
    given = request.args if arguments is None else arguments
    return ReportForm(given, tree, named_spans(db_session())).asked()


def _paper(wanted: AskedReport, asked: Asked) -> tuple[Paper, ReportFacts]:
    with one_moment() as session:
        return _composed(session, wanted, written_as(asked))


def _proof(figures: str, number: int, digest: str) -> str:
    return gettext(
        "Digest of the figures kept (SHA-256): %(figures)s. The journal of the place stood at entry"
        " %(number)s with the digest %(digest)s.",
        figures=figures,
        number=number,
        digest=digest,
    )


def _composed(
    session: Session,
    wanted: AskedReport,
    writing: Writing,
    proof: Callable[[], str] = str,
) -> tuple[Paper, ReportFacts]:
    read: list[ReportFacts] = []

    def compose() -> Paper:
        drawn = (wanted.tree, wanted.counted, wanted.cut, wanted.typed_by)
        read.append(report_facts(session, *drawn))
        told = replace(writing, known=read[0].known)
        return papers.report(told, read[0], wanted.period.label, proof())

    return in_papers_language(compose), read[0]
