"""The briefing: opened, worked on while it is held, ended, and read afterwards."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.briefing.forms import BriefingForm, OpenForm, typed_decisions
from tracker.briefing.lifecycle import Stage
from tracker.briefing.models import Briefing
from tracker.briefing.queries import (
    briefing_page,
    items_of,
    last_ended,
    open_briefing_of,
    proposals,
)
from tracker.briefing.queries.briefings import ItemRow
from tracker.briefing.rules import fingerprint
from tracker.briefing.service import (
    BriefingRefused,
    Chosen,
    DecisionsStale,
    NewBriefing,
    Recording,
    TypedText,
    choose_items,
    end_briefing,
    move_item,
    open_briefing,
    record,
    remove_item,
)
from tracker.briefing.views.blueprint import asked_briefing, bp, refuse
from tracker.core import clock
from tracker.core.errors import NotFound, Stale, TrackerError
from tracker.core.i18n import gettext, say
from tracker.core.text import tidy
from tracker.core.web import db_session
from tracker.places.queries import scope_ids


@bp.get("/briefing")
@requires(Permission.READ_REGISTER)
def current() -> str:
    """Show the open briefing of the person's place, or what the next one might take up."""
    briefing = open_briefing_of(db_session(), current_scope().home.id)
    return page_of(briefing) if briefing else _start_page()


@bp.post("/briefing/open")
@requires(Permission.PREPARE_BRIEFING)
def open_next() -> Any:
    """Open the next briefing of the person's place."""
    form = OpenForm()
    if not form.validate():
        return _start_page(form)
    new = NewBriefing(current_scope().home.id, form.held_on.data, form.chair.data or "")
    try:
        briefing = open_briefing(db_session(), current_user(), new, form.key.data or "")
    except TrackerError as refusal:
        refuse(form, refusal, "held_on")
        return _start_page(form), refusal.status_code
    flash(gettext("Briefing %(code)s is open.", code=briefing.code), "success")
    return redirect(url_for("briefing.one", code=briefing.code), 303)


@bp.get("/briefings")
@requires(Permission.READ_REGISTER)
def index() -> str:
    """Show the briefings of the person's place and of those it answers for, the latest first."""
    page = briefing_page(db_session(), current_scope().ids, request.args.get("after"))
    return render_template("briefing/index.html", page=page)


@bp.get("/briefing/<code>")
@requires(Permission.READ_REGISTER)
def one(code: str) -> str:
    """Show a briefing: to be worked on while it is open, to be read afterwards."""
    return page_of(asked_briefing(code))


@bp.post("/briefing/<code>")
@requires(Permission.PREPARE_BRIEFING)
def work(code: str) -> Any:
    """Write down whatever the page holds, then do what its button says."""
    briefing = asked_briefing(code)
    form = BriefingForm()
    if not form.validate():
        return page_of(briefing, form), 200
    act, _, target = request.form.get("act", "save").partition(":")
    item_id = int(target) if target.isascii() and target.isdecimal() and len(target) < 10 else 0
    try:
        if act == "end" and form.version.data != briefing.version:
            raise Stale("Someone else has just changed this briefing; look at what it says now.")
        record(db_session(), current_user(), briefing, _recording(form))
        address = _ACTS.get(act, _save)(briefing, form, item_id)
    except NotFound:
        raise
    except TrackerError as refusal:
        briefing = asked_briefing(code)
        form.version.data = briefing.version
        return page_of(briefing, form, refusal), refusal.status_code
    return redirect(address, 303)


def page_of(
    briefing: Briefing, form: BriefingForm | None = None, refusal: TrackerError | None = None
) -> str:
    """Give a briefing's page; a form that was refused stands on it as it was typed."""
    session = db_session()
    is_worked_on = briefing.stage is Stage.OPEN and current_user().may(Permission.PREPARE_BRIEFING)
    items = items_of(session, briefing)
    last = last_ended(session, briefing.place_id, briefing)
    return render_template(
        "briefing/one.html" if is_worked_on else "briefing/read.html",
        briefing=briefing,
        items=items,
        last=last,
        last_items=_decided(items_of(session, last)) if last else [],
        piles=_piles(briefing.place_id, last, items) if is_worked_on else [],
        **_typed(briefing, form, refusal),
    )


def _typed(
    briefing: Briefing, form: BriefingForm | None, refusal: TrackerError | None
) -> dict[str, Any]:
    """Give what stands in the fields: what is kept, and of a refused form what was touched."""
    shown: dict[str, Any] = {"seen_notes": fingerprint(briefing.notes), "refusal": "", "stale": ()}
    if form is None:
        return shown | {"form": _form_of(briefing), "typed": {}, "ticked": set()}
    if fingerprint(form.notes.data or "") == request.form.get("seen-notes"):
        form.notes.data = briefing.notes
    if refusal is not None:
        about = refusal.field if isinstance(refusal, BriefingRefused) else ""
        if about in form:
            form.refuse(about, refusal)
        else:
            shown["refusal"] = say(refusal)
        shown["stale"] = refusal.items if isinstance(refusal, DecisionsStale) else ()
    sent = typed_decisions(request.form).items()
    touched = {key: text for key, (text, seen) in sent if fingerprint(tidy(text)) != seen}
    ticked = {*request.form.getlist("petitions"), *request.form.getlist("commitments")}
    return shown | {"form": form, "typed": touched, "ticked": ticked}


def _start_page(form: OpenForm | None = None) -> str:
    session, home = db_session(), current_scope().home
    last = last_ended(session, home.id)
    form = form or OpenForm(
        None, held_on=clock.today(), chair=last.chair if last else current_user().full_name
    )
    return render_template(
        "briefing/start.html",
        form=form,
        last=last,
        last_items=_decided(items_of(session, last)) if last else [],
        piles=_piles(home.id, last, []),
        page=briefing_page(session, current_scope().ids, size=6),
    )


def _form_of(briefing: Briefing) -> BriefingForm:
    names = ("held_on", "chair", "notes", "version")
    return BriefingForm(None, data={name: getattr(briefing, name) for name in names})


def _decided(items: list[ItemRow]) -> list[ItemRow]:
    return [item for item in items if item.decision]


def _piles(place_id: int, last: Briefing | None, items: list[ItemRow]) -> Any:
    session = db_session()
    scope = scope_ids(session, place_id) & current_scope().ids
    chosen = {item.petition_code or item.commitment_code or "" for item in items}
    return proposals(session, scope, last.held_on if last else None, chosen)


def _recording(form: BriefingForm) -> Recording:
    decisions = typed_decisions(request.form)
    return Recording(
        decisions={item_id: TypedText(*typed) for item_id, typed in decisions.items()},
        notes=TypedText(form.notes.data or "", request.form.get("seen-notes")),
        held_on=form.held_on.data,
        chair=form.chair.data or "",
    )


def _save(briefing: Briefing, _form: BriefingForm, item_id: int) -> str:
    flash(gettext("Saved."), "success")
    return _address(briefing, item_id)


def _add(briefing: Briefing, form: BriefingForm, _item_id: int) -> str:
    chosen = Chosen(
        tuple(request.form.getlist("petitions")),
        tuple(request.form.getlist("commitments")),
        form.subject.data or "",
    )
    fresh = choose_items(db_session(), current_user(), briefing, chosen)
    if not fresh:
        flash(gettext("Nothing was ticked that is not on the briefing yet."), "warning")
    return _address(briefing, fresh[0].id if fresh else 0)


def _move(*, up: bool) -> Callable[[Briefing, BriefingForm, int], str]:
    def move(briefing: Briefing, _form: BriefingForm, item_id: int) -> str:
        move_item(db_session(), current_user(), briefing, item_id, up=up)
        return _address(briefing, item_id)

    return move


def _remove(briefing: Briefing, _form: BriefingForm, item_id: int) -> str:
    remove_item(db_session(), current_user(), briefing, item_id)
    return url_for("briefing.one", code=briefing.code, _anchor="items")


def _promise(briefing: Briefing, _form: BriefingForm, item_id: int) -> str:
    return url_for("briefing.promise_of_item", code=briefing.code, item_id=item_id)


def _end(briefing: Briefing, _form: BriefingForm, _item_id: int) -> str:
    end_briefing(db_session(), current_user(), briefing, briefing.version)
    flash(gettext("The briefing has ended; from now on it is only read."), "success")
    return url_for("briefing.one", code=briefing.code)


def _address(briefing: Briefing, item_id: int) -> str:
    anchor = f"item-{item_id}" if item_id else "items"
    return url_for("briefing.one", code=briefing.code, _anchor=anchor)


_ACTS: dict[str, Callable[[Briefing, BriefingForm, int], str]] = {
    "save": _save,
    "add": _add,
    "up": _move(up=True),
    "down": _move(up=False),
    "remove": _remove,
    "promise": _promise,
    "end": _end,
}
