"""Letterheads in settings: what papers say of a unit, its own template, and a trial of both."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.datastructures import FileStorage

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.views import scanner_in_use
from tracker.core.errors import NotFound, Stale, TrackerError
from tracker.core.i18n import gettext, speaking
from tracker.core.web import db_session, download
from tracker.documents.forms import LetterheadForm, TemplateForm
from tracker.documents.papers import Writing
from tracker.documents.papers.sample import sample, starter
from tracker.documents.queries.letterheads import (
    PAPERS_IN,
    issuing_units,
    letterhead_of,
    template_content,
    template_row,
)
from tracker.documents.rules.issuing import FIELDS
from tracker.documents.rules.layout import Issuer
from tracker.documents.rules.template import LARGEST, MARKS
from tracker.documents.service import letterheads as service
from tracker.documents.views.blueprint import bp
from tracker.documents.word import MEDIA_TYPE, written_down
from tracker.places.models import Place
from tracker.settings.forms import seen_version
from tracker.settings.views.frame import stale_page

PAGE = "documents/letterhead.html"


@bp.get("/settings/letterheads")
@requires(Permission.MANAGE_SETTINGS)
def letterheads() -> str:
    """List the units whose papers this administrator keeps."""
    units = issuing_units(db_session(), current_scope().ids)
    return render_template("documents/letterheads.html", units=units, issuers=list(Issuer))


@bp.route("/settings/letterheads/<key>/<issuer>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def letterhead(key: str, issuer: str) -> Any:
    """Show and change what papers say of a unit."""
    unit, kind = _asked(key, issuer)
    form = LetterheadForm(data=_kept(unit, kind))
    if not form.validate_on_submit():
        return _page(unit, kind, form)
    wanted = form.letterhead()
    session, user = db_session(), current_user()
    try:
        service.keep_letterhead(session, user, unit, kind, wanted, seen_version(form))
    except Stale as refusal:
        kept = _kept(unit, kind)
        version = kept.pop("version")
        return stale_page(PAGE, refusal, form, kept, version, **_around(unit, kind))
    except service.LetterheadRefused as refusal:
        form.refuse(refusal.field, refusal)
        return _page(unit, kind, form), refusal.status_code
    flash(gettext("The changes are kept."), "success")
    return redirect(url_for("documents.letterhead", key=key, issuer=issuer), 303)


@bp.post("/settings/letterheads/<key>/<issuer>/template")
@requires(Permission.MANAGE_SETTINGS)
def keep_template(key: str, issuer: str) -> Any:
    """Put a unit's own template in place."""
    unit, kind = _asked(key, issuer)
    form = TemplateForm()
    file = form.file.data
    if not form.validate() or not isinstance(file, FileStorage):
        return _page(unit, kind, LetterheadForm(formdata=None, data=_kept(unit, kind)), form)
    content, scan = file.stream.read(LARGEST + 1), scanner_in_use()
    try:
        service.keep_template(
            db_session(), current_user(), unit, kind, file.filename or "", content, scan
        )
    except TrackerError as refusal:
        form.refuse("file", refusal)
        shown = LetterheadForm(formdata=None, data=_kept(unit, kind))
        return _page(unit, kind, shown, form), refusal.status_code
    flash(gettext("The template is in place; papers are written into it from now on."), "success")
    return _back(key, issuer)


@bp.post("/settings/letterheads/<key>/<issuer>/template/remove")
@requires(Permission.MANAGE_SETTINGS)
def remove_template(key: str, issuer: str) -> Any:
    """Go back to the layout of the decree."""
    unit, kind = _asked(key, issuer)
    service.remove_template(db_session(), current_user(), unit, kind)
    flash(gettext("Papers are written in the usual layout again."), "success")
    return _back(key, issuer)


@bp.get("/settings/letterheads/<key>/<issuer>/template.docx")
@requires(Permission.MANAGE_SETTINGS)
def template(key: str, issuer: str) -> Response:
    """Give the template in place; where there is none, one to begin from."""
    unit, kind = _asked(key, issuer)
    content = template_content(db_session(), unit, kind)
    with speaking(PAPERS_IN):
        content = content or written_down(starter(kind))
    return download(content, MEDIA_TYPE, f"mau-van-ban-{kind}.docx")


@bp.get("/settings/letterheads/<key>/<issuer>/sample.docx")
@requires(Permission.MANAGE_SETTINGS)
def trial(key: str, issuer: str) -> Response:
    """Give a paper of no content, to see the letterhead."""
    unit, kind = _asked(key, issuer)
    letters = letterhead_of(db_session(), unit, kind)
    with speaking(PAPERS_IN):
        paper = sample(Writing(kind, letters, unit.name))
        body = written_down(paper, template_content(db_session(), unit, kind))
    return download(body, MEDIA_TYPE, f"van-ban-thu-{kind}.docx")


def _asked(key: str, issuer: str) -> tuple[Place, Issuer]:
    units = {unit.key: unit for unit in issuing_units(db_session(), current_scope().ids)}
    kinds = {str(kind): kind for kind in Issuer}
    if key not in units or issuer not in kinds:
        raise NotFound("There is no such letterhead.")
    return units[key], kinds[issuer]


def _kept(unit: Place, issuer: Issuer) -> dict[str, Any]:
    letters = letterhead_of(db_session(), unit, issuer)
    names = (*FIELDS, "is_default", "version")
    return {name: getattr(letters, name) for name in names}


def _around(unit: Place, issuer: Issuer) -> dict[str, Any]:
    return {
        "unit": unit,
        "issuer": issuer,
        "issuers": list(Issuer),
        "own_template": template_row(db_session(), unit, issuer),
        "marks": MARKS,
        "file_form": TemplateForm(formdata=None),
    }


def _page(
    unit: Place, issuer: Issuer, form: LetterheadForm, file_form: TemplateForm | None = None
) -> str:
    around = _around(unit, issuer)
    if file_form is not None:
        around["file_form"] = file_form
    return render_template(PAGE, form=form, **around)


def _back(key: str, issuer: str) -> Any:
    return redirect(
        url_for("documents.letterhead", key=key, issuer=issuer, _anchor="template"), 303
    )
