"""The calendar of days off: a year at a time, changed with a preview of the dates that move."""

from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for

from tracker.accounts.guard import current_user, requires
from tracker.accounts.permissions import Permission
from tracker.calendar.queries import choices_of, days_of, years_kept
from tracker.calendar.rules import Act, CalendarRefused, Change
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.dates import parse_day
from tracker.core.errors import Stale
from tracker.core.i18n import N_, gettext, say
from tracker.core.web import db_session
from tracker.petitions.forms import DayForm
from tracker.petitions.views.changing import applied, check_keeps, preview_page, typed_fields
from tracker.settings.queries import keeps_lists
from tracker.settings.views.frame import bp

TURNS = {
    Act.LIFT: N_("Take a day out of the calendar"),
    Act.RESTORE: N_("Put a day back into the calendar"),
}


@bp.get("/settings/calendar")
@requires(Permission.MANAGE_SETTINGS)
def calendar() -> str:
    """Show a year's days off and the weekend days worked, with what was taken out."""
    session, this_year = db_session(), clock.today().year
    years = sorted({*years_kept(session), this_year, this_year + 1})
    asked = request.args.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else this_year
    rows = days_of(session, year)
    return render_template(
        "settings/calendar.html",
        year=year,
        years=years,
        rows=[row for row in rows if not row.is_lifted],
        lifted=[row for row in rows if row.is_lifted],
        is_provisional=year > choices_of(session).announced_to,
        keeps=keeps_lists(session, current_user()),
    )


@bp.route("/settings/calendar/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def new_day() -> Any:
    """Ask for a day off, a weekend day worked, or a swap; then show what it would move."""
    check_keeps()
    form = DayForm()
    if not form.validate_on_submit():
        return _form_page(form)
    try:
        return _day_preview(form)
    except CalendarRefused as refusal:
        _refuse(form, refusal)
        return _form_page(form)


@bp.post("/settings/calendar/apply")
@requires(Permission.MANAGE_SETTINGS)
def apply_day() -> Any:
    """Write the day that was previewed, and move the dates."""
    check_keeps()
    form = DayForm()
    if not form.validate():
        return _form_page(form)
    try:
        return applied(form.change(), _year_page(form.day.data))
    except Stale as late:
        return _day_preview(form, late), late.status_code
    except CalendarRefused as refusal:
        _refuse(form, refusal)
        return _form_page(form)


@bp.post("/settings/calendar/turn")
@requires(Permission.MANAGE_SETTINGS)
def turn_day() -> Any:
    """Show what taking a day out, or putting it back, would move."""
    check_keeps()
    return _turn_preview(_asked_turn())


@bp.post("/settings/calendar/turn/apply")
@requires(Permission.MANAGE_SETTINGS)
def apply_turn() -> Any:
    """Take the day out, or put it back, and move the dates."""
    check_keeps()
    asked = _asked_turn()
    try:
        return applied(asked, _year_page(asked.day))
    except Stale as late:
        return _turn_preview(asked, late), late.status_code


def _asked_turn() -> Change:
    act, day = request.form.get("act", ""), parse_day(request.form.get("day", ""))
    if act not in (Act.LIFT, Act.RESTORE) or day is None:
        abort(400)
    return Change(Act(act), day)


def _turn_preview(asked: Change, late: Stale | None = None) -> str:
    day = shown_date(asked.day)
    return preview_page(
        asked,
        gettext(TURNS[asked.act]),
        [(gettext("Day"), day)],
        [("act", asked.act), ("day", day)],
        url_for("settings.apply_turn"),
        _year_page(asked.day),
        late,
    )


def _day_preview(form: DayForm, late: Stale | None = None) -> str:
    change = form.change()
    facts = [(gettext("Day"), shown_date(change.day))]
    if change.other:
        facts.append((say(form.other.label.text), shown_date(change.other)))
    facts += [
        (say(field.label.text), field.data) for field in (form.reason, form.document) if field.data
    ]
    address = url_for("settings.apply_day")
    return preview_page(
        change, say(change.act), facts, typed_fields(form), address, _year_page(change.day), late
    )


def _form_page(form: DayForm) -> str:
    return render_template("settings/calendar_day.html", form=form)


def _refuse(form: DayForm, refusal: CalendarRefused) -> None:
    beside = {
        "A swap has two sides: enter the day off and the day worked for it.": "other",
        "Enter the reason.": "reason",
    }
    is_of_other = form.act.data is Act.SWAP and refusal.values.get("day") == shown_date(
        form.other.data
    )
    form.refuse(beside.get(refusal.msgid, "other" if is_of_other else "day"), refusal)


def _year_page(day: date | None) -> str:
    return url_for("settings.calendar", year=day.year if day else None)
