"""The limits of time with their legal basis, and what the installation decides for itself."""

from itertools import groupby
from typing import Any

from flask import render_template, url_for

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.calendar.models import DeadlineRule
from tracker.calendar.queries import choices_of, limit_rows
from tracker.calendar.rules import COUNTED_BY
from tracker.core import clock
from tracker.core.errors import NotAllowed, NotFound, Stale, TrackerError
from tracker.core.i18n import gettext, say
from tracker.core.web import db_session
from tracker.petitions.forms import ChoicesForm, ReadingForm
from tracker.petitions.views.changing import applied, check_keeps, preview_page, typed_fields
from tracker.settings.queries import keeps_lists
from tracker.settings.views.frame import bp


@bp.get("/settings/rules")
@requires(Permission.MANAGE_SETTINGS)
def limits() -> str:
    """Show every limit as it reads now, with its history, and what is decided here."""
    session = db_session()
    readings = [list(rows) for _, rows in groupby(limit_rows(session), lambda row: row.code)]
    return render_template(
        "settings/limits.html",
        limits=[(_now(rows), rows) for rows in readings],
        choices=choices_of(session),
        counted_by=COUNTED_BY,
        keeps=keeps_lists(session, current_user()),
    )


@bp.route("/settings/rules/<code>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def limit(code: str) -> Any:
    """Ask how a limit shall read from a day on; then show what that would move."""
    rows = _readings(code)
    check_keeps()
    form = ReadingForm(obj=rows[0]) if rows else ReadingForm()
    if not form.is_submitted():
        form.valid_from.data = clock.today()
    if not form.validate_on_submit():
        return _limit_page(rows, form)
    try:
        return _limit_preview(rows[0], form)
    except NotAllowed:
        raise
    except TrackerError as refusal:
        form.refuse("days", refusal)
        return _limit_page(rows, form)


@bp.post("/settings/rules/<code>/apply")
@requires(Permission.MANAGE_SETTINGS)
def apply_limit(code: str) -> Any:
    """Keep the new reading that was previewed, and move the dates."""
    rows = _readings(code)
    check_keeps()
    form = ReadingForm()
    if not form.validate():
        return _limit_page(rows, form)
    try:
        return applied(form.reading(code), url_for("settings.limits"))
    except Stale as late:
        return _limit_preview(rows[0], form, late), late.status_code
    except NotAllowed:
        raise
    except TrackerError as refusal:
        form.refuse("days", refusal)
        return _limit_page(rows, form)


@bp.route("/settings/choices", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def choices() -> Any:
    """Ask what the installation decides for itself; then show what that would move."""
    check_keeps()
    form = ChoicesForm(obj=choices_of(db_session()))
    if not form.validate_on_submit():
        return render_template("settings/choices.html", form=form)
    return _choices_preview(form)


@bp.post("/settings/choices/apply")
@requires(Permission.MANAGE_SETTINGS)
def apply_choices() -> Any:
    """Keep the choices that were previewed, and move the dates."""
    check_keeps()
    form = ChoicesForm()
    if not form.validate():
        return render_template("settings/choices.html", form=form)
    try:
        return applied(form.choices(), url_for("settings.limits"))
    except Stale as late:
        return _choices_preview(form, late), late.status_code


def _readings(code: str) -> list[DeadlineRule]:
    rows = [row for row in limit_rows(db_session()) if row.code == code]
    if not rows:
        raise NotFound("There is no such limit.")
    return rows


def _now(rows: list[DeadlineRule]) -> DeadlineRule:
    today = clock.today()
    return next((row for row in rows if row.valid_from <= today), rows[0])


def _limit_page(rows: list[DeadlineRule], form: ReadingForm) -> str:
    return render_template("settings/limit.html", now=_now(rows), readings=rows, form=form)


def _limit_preview(row: DeadlineRule, form: ReadingForm, late: Stale | None = None) -> str:
    reading = form.reading(row.code)
    state = gettext("yes") if reading.is_active else gettext("no")
    facts = [
        (say(form.days.label.text), f"{reading.days} {say(reading.unit)}"),
        (say(form.legal_basis.label.text), reading.legal_basis),
        (say(form.valid_from.label.text), clock.shown_date(reading.valid_from)),
        (say(form.is_active.label.text), state),
    ]
    address = url_for("settings.apply_limit", code=row.code)
    back = url_for("settings.limit", code=row.code)
    return preview_page(reading, row.name(), facts, typed_fields(form), address, back, late)


def _choices_preview(form: ChoicesForm, late: Stale | None = None) -> str:
    facts = [
        (
            say(field.label.text),
            (gettext("yes") if field.data else gettext("no"))
            if field.type == "BooleanField"
            else str(field.data),
        )
        for field in form
        if field.name != "csrf_token"
    ]
    return preview_page(
        form.choices(),
        gettext("What is decided here"),
        facts,
        typed_fields(form),
        url_for("settings.apply_choices"),
        url_for("settings.choices"),
        late,
    )
