"""Writing a promise down, and correcting what was written."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import SelectField

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.commitments.forms import CommitmentEditForm, CommitmentForm
from tracker.commitments.forms.facts import PEOPLE, FactsForm
from tracker.commitments.models import Commitment
from tracker.commitments.queries.choices import departments_in_use, people
from tracker.commitments.service import (
    CommitmentChange,
    NewCommitment,
    Person,
    amend_commitment,
    make_commitment,
)
from tracker.commitments.views.blueprint import asked_commitment, bp, refuse
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.core.errors import NotFound, Stale, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import dialogue_for
from tracker.petitions.models import Petition
from tracker.petitions.queries import identity_of, petition_for
from tracker.places.queries import place_choices

FACTS = (
    "promise",
    "promised_by",
    "promised_on",
    "place",
    "department",
    "supporting",
    "handler",
    "monitor",
    "due_on",
)


@bp.route("/commitments/new", methods=["GET", "POST"])
@requires(Permission.MAKE_COMMITMENT)
def new() -> Any:
    """Write a promise down; the same form sent twice makes one and leads to it."""
    session, user = db_session(), current_user()
    dialogue, petition = _asked_dialogue(), _asked_petition()
    is_sent = request.method == "POST"
    form = CommitmentForm(data=None if is_sent else _begun(dialogue, petition))
    _offer(form)
    if not form.validate_on_submit():
        return _new_page(form, dialogue, petition)
    asked = NewCommitment(
        **_facts(form),
        document_number=form.document_number.data or "",
        dialogue_id=dialogue.id if dialogue else None,
        petition_id=petition.id if petition else None,
    )
    try:
        commitment = make_commitment(session, user, asked, form.key.data or "")
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "promise")
        return _new_page(form, dialogue, petition), refusal.status_code
    flash(gettext("Commitment %(code)s is written down.", code=commitment.code), "success")
    return redirect(url_for("commitments.one", code=commitment.code), 303)


@bp.route("/commitments/<code>/edit", methods=["GET", "POST"])
@requires(Permission.MAKE_COMMITMENT)
def edit(code: str) -> Any:
    """Correct facts by a visible step; a stale save shows what is kept beside what was typed."""
    commitment = asked_commitment(code)
    petition = commitment.petition
    if petition is not None and _names_who_is_not_open(commitment, petition):
        flash(gettext("This promise names who raised the petition: open the identity there first."))
        return redirect(url_for("petitions.one", code=petition.code), 303)
    form = _edit_form(commitment, is_sent=request.method == "POST")
    if not form.validate_on_submit():
        return _edit_page(form, commitment)
    change = CommitmentChange(
        **_facts(form), reason=form.reason.data or "", seen_version=form.version.data
    )
    try:
        amend_commitment(db_session(), current_user(), commitment, change)
    except NotFound:
        raise
    except TrackerError as refusal:
        commitment = asked_commitment(code)
        refuse(form, refusal, "reason")
        kept = None
        if isinstance(refusal, Stale):
            kept = _edit_form(commitment, is_sent=False)
            form.version.data = commitment.version
        return _edit_page(form, commitment, kept), refusal.status_code
    flash(gettext("The details are corrected."), "success")
    return redirect(url_for("commitments.one", code=code), 303)


def _asked_dialogue() -> Dialogue | None:
    code = request.args.get("dialogue", "")
    return dialogue_for(db_session(), current_user(), code) if code else None


def _asked_petition() -> Petition | None:
    code = request.args.get("petition", "")
    return petition_for(db_session(), current_user(), code) if code else None


def _begun(dialogue: Dialogue | None, petition: Petition | None) -> dict[str, Any]:
    """Give what a new form starts with: the dialogue's chair, date and place, or today and here."""
    begun: dict[str, Any] = {
        "place": current_scope().home.id,
        "promised_on": (clock.today(), Precision.DAY),
    }
    if petition is not None:
        begun |= {"place": petition.place_id, "department": petition.department_id}
    if dialogue is not None:
        begun |= {
            "place": dialogue.place_id,
            "promised_by": dialogue.chair,
            "promised_on": (dialogue.held_on, dialogue.date_precision),
        }
    return begun


def _offer(form: FactsForm, department_id: int | None = None) -> None:
    session, scope = db_session(), current_scope().ids
    form.offer(
        place_choices(session, scope),
        departments_in_use(session, department_id),
        people(session, scope),
    )


def _facts(form: FactsForm) -> dict[str, Any]:
    typed = form.facts()
    return typed | {name: Person(*typed[name]) for name in PEOPLE}


def _edit_form(commitment: Commitment, *, is_sent: bool) -> CommitmentEditForm:
    """Give the form as it was sent, or filled with what the register holds."""
    kept = {
        name: getattr(commitment, name)
        for name in ("promise", "supporting", "due_on", "version", *PEOPLE)
    } | {
        "place": commitment.place_id,
        "department": commitment.department_id,
        "promised_on": (commitment.promised_on, commitment.promised_precision),
    }
    form = CommitmentEditForm(request.form if is_sent else None, data=kept)
    _offer(form, commitment.department_id)
    return form


def _names_who_is_not_open(commitment: Commitment, petition: Petition) -> bool:
    """Tell whether the promise holds a name that this person may not see without a reason."""
    identity = identity_of(db_session(), current_user(), petition)
    return identity.told(commitment.promise) != commitment.promise


def _new_page(form: CommitmentForm, dialogue: Dialogue | None, petition: Petition | None) -> str:
    about = ""
    if petition is not None:
        identity = identity_of(db_session(), current_user(), petition)
        about = identity.told(petition.content)
    return render_template(
        "commitments/new.html",
        form=form,
        dialogue=dialogue,
        petition=petition,
        about=about,
        names=_names(),
    )


def _edit_page(
    form: CommitmentEditForm, commitment: Commitment, kept: CommitmentEditForm | None = None
) -> str:
    differing = [
        (form[name].label.text, _words(kept[name]), _words(form[name]))
        for name in FACTS
        if kept and _words(form[name]) != _words(kept[name])
    ]
    return render_template(
        "commitments/edit.html",
        form=form,
        commitment=commitment,
        differing=differing,
        names=_names(),
    )


def _names() -> list[str]:
    return list(people(db_session(), current_scope().ids))


def _words(field: Any) -> str:
    """Read a field as a person does: a choice by its word, anything else as it was typed."""
    if isinstance(field, SelectField):
        return next((label for _, label, chosen, *_ in field.iter_choices() if chosen), "")
    typed: str = field._value()
    return typed.replace("\r\n", "\n")
