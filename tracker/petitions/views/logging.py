"""Logging petitions, one after another."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock, dates
from tracker.core.dates import Precision
from tracker.core.errors import TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.denunciations.queries import taker_names, takes_for
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import dialogue_for
from tracker.petitions.forms import LogForm, refuse_beside
from tracker.petitions.lifecycle import Channel
from tracker.petitions.models import Petition
from tracker.petitions.queries.choices import (
    category_choices,
    department_choices,
    place_choices,
)
from tracker.petitions.service import NewPetition, log_petition
from tracker.petitions.views.blueprint import bp
from tracker.places.rules import PlaceKind

CARRIED = ("place", "category", "kind", "level", "channel", "received_on")
"""What stays from one petition to the next; nothing of a person is among it."""


@bp.route("/petitions/new", methods=["GET", "POST"])
@requires(Permission.LOG_PETITION)
def log() -> Any:
    """Log a petition; "save and next" leads to an empty form with the same circumstances."""
    session = db_session()
    dialogue = _asked_dialogue()
    form = LogForm() if request.method == "POST" else LogForm(MultiDict(_begun(dialogue)))
    form.offer(
        place_choices(session, current_scope().ids),
        category_choices(session),
        department_choices(session),
    )
    if form.kind.is_denunciation:
        form.kind.takers = taker_names(session, current_scope().home.id)
    if not form.validate_on_submit():
        return _page(form, dialogue)
    try:
        petition = log_petition(session, current_user(), _new(form, dialogue), form.key.data or "")
    except TrackerError as refusal:
        refuse_beside(form, refusal, "content")
        return _page(form, dialogue), refusal.status_code
    _tell(petition)
    return redirect(_after(form, dialogue, petition), 303)


def _asked_dialogue() -> Dialogue | None:
    code = request.args.get("dialogue", "")
    return dialogue_for(db_session(), current_user(), code) if code else None


def _begun(dialogue: Dialogue | None) -> dict[str, str]:
    """Give what a new form starts with: what was carried over, else what is likeliest."""
    scope, begun = current_scope(), {"petitioner": "person", "people": "1"}
    begun |= {"kind": "recommendation", "level": "commune", "channel": "village_visit"}
    begun["received_on"] = clock.shown_date(clock.today())
    if scope.home.kind in (PlaceKind.COMMUNE, PlaceKind.VILLAGE):
        begun["place"] = str(scope.home.id)
    if dialogue is not None:
        begun["place"] = str(dialogue.place_id)
        if dialogue.held_on is None or dialogue.held_on <= clock.today():
            begun["received_on"] = dates.typed(dialogue.held_on, dialogue.date_precision)
    return begun | {name: request.args[name] for name in CARRIED if name in request.args}


def _new(form: LogForm, dialogue: Dialogue | None) -> NewPetition:
    return NewPetition(
        **form.facts(),
        channel=Channel.DIALOGUE if dialogue else form.channel.data,
        dialogue_id=dialogue.id if dialogue else None,
        answer_on_spot=form.answer.data or "",
    )


def _tell(petition: Petition) -> None:
    address = url_for("petitions.one", code=petition.code)
    told = Markup('{} <a href="{}">{}</a>')
    flash(told.format(gettext("Logged:"), address, petition.code), "success")


def _after(form: LogForm, dialogue: Dialogue | None, petition: Petition) -> str:
    if "next" not in request.form:
        return (
            f"/dialogues/{dialogue.code}"
            if dialogue
            else url_for("petitions.one", code=petition.code)
        )
    day, precision = form.received_on.data
    carried = {
        "place": form.place.data,
        "category": form.category.data,
        "kind": form.kind.data,
        "level": form.level.data,
        "received_on": dates.typed(day, precision),
    }
    if dialogue is None:
        carried["channel"] = form.channel.data
    return url_for("petitions.log", dialogue=dialogue.code if dialogue else None, **carried)


def _page(form: LogForm, dialogue: Dialogue | None) -> str:
    if dialogue is not None and dialogue.date_precision is Precision.UNKNOWN:
        form.received_on.description = gettext("The dialogue's own date is unknown.")
    belongs_apart = form.kind.is_denunciation
    takes_it = belongs_apart and bool(takes_for(db_session(), current_user()))
    return render_template(
        "petitions/log.html",
        form=form,
        dialogue=dialogue,
        belongs_apart=belongs_apart,
        takes_it=takes_it,
    )
