"""Putting mistakes right in the open: a step entered by mistake, a fact typed wrongly."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Permission
from tracker.calendar.queries import clockwork
from tracker.core import clock
from tracker.core.dates import Precision, first_day, shown
from tracker.core.db import transaction
from tracker.core.errors import NotAllowed
from tracker.core.i18n import DEFAULT_LANGUAGE, N_, Labelled, gettext, say, speaking
from tracker.core.text import checked
from tracker.dialogues.models import Category, Department
from tracker.journal import service as journal
from tracker.petitions.lifecycle import AMEND, CORRECT, MOVES, Kind
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries import at_work, correctable_step, facts
from tracker.petitions.rules import (
    ASSIGNED,
    NOTE_LIMIT,
    UNKNOWN,
    StepFact,
    ack_due,
    counted_due,
    effective,
    exact_day,
    latest_by_law,
    limit_of,
    spot_answer,
)
from tracker.petitions.service.receiving import check_category, check_department, check_place
from tracker.petitions.service.recording import lock, record
from tracker.petitions.service.requests import (
    Amendment,
    MoveRefused,
    PetitionRefused,
    check_facts,
    check_late_due,
    check_law,
    check_length,
)
from tracker.petitions.service.watching import check_monitor
from tracker.places.models import Place

FIELDS = {
    "content": N_("Content"),
    "place_id": N_("Place"),
    "category_id": N_("Category"),
    "kind": N_("Kind"),
    "level": N_("Level of competence"),
    "channel": N_("Channel"),
    "petitioner": N_("Petitioner"),
    "citizen_name": N_("Full name"),
    "citizen_phone": N_("Telephone"),
    "people": N_("Number of people"),
    "department_id": N_("Department in charge"),
    "cooperating": N_("Cooperating units"),
    "monitor_id": N_("Monitor"),
    "due_on": N_("Due date"),
}
"""The facts that may be corrected, beside the day of receipt, and their words."""

PRIVATE = frozenset({"citizen_name", "citizen_phone"})
"""Facts whose former value is not repeated in the timeline."""

HIDDEN = PRIVATE | {"content"}
"""Facts that the journal holds no more than a mark of."""
_NAMED = {
    "place_id": ("place", Place.name),
    "category_id": ("category", Category.code),
    "department_id": ("department", Department.code),
    "monitor_id": ("monitor", User.username),
}
"""What the journal names by a word instead of a number."""


def may_correct(actor: User, step: PetitionStep | None) -> bool:
    """Tell whether this person may void the step: whoever may take such a step may."""
    return step is not None and actor.may(MOVES[step.move].permission)


def correct_step(
    session: Session,
    actor: User | None,
    petition: Petition,
    reason: str,
    seen_version: int | None = None,
) -> None:
    """Void the last step that counts, in the open, and restore how the petition stood before it.

    The receipt itself is never voided: its facts are amended instead.
    """
    with transaction(session):
        history = lock(session, petition, seen_version)
        mistaken = correctable_step(history)
        if mistaken is None:
            raise MoveRefused("There is no step to take back: the petition was only received.")
        if actor is not None and not may_correct(actor, mistaken):
            raise NotAllowed("Your role does not take this step, so it does not take it back.")
        if not reason.strip():
            raise MoveRefused("State the reason.")
        check_length(reason, NOTE_LIMIT)
        step = PetitionStep(
            move=CORRECT,
            voids_id=mistaken.id,
            happened_on=clock.today(),
            note=checked(reason),
        )
        _restore(petition, history, mistaken)
        record(session, actor, petition, step, history)


def amend_petition(
    session: Session, actor: User | None, petition: Petition, asked: Amendment
) -> None:
    """Correct facts of a petition by a visible step that tells each fact's former reading.

    The step's day is the day of receipt as it reads from now on; the rules count by it instead of
    the day first typed, and so with a changed due date or department. What the petition adds to
    reports moves to the new cells. Raises PetitionRefused when facts contradict each other, when
    nothing differs, or when a later step would come before the receipt; Stale as a move does.
    """
    if actor is not None and not actor.may(Permission.LOG_PETITION):
        raise NotAllowed("Your role does not correct petitions.")
    with transaction(session):
        history = lock(session, petition, asked.seen_version)
        check_facts(asked)
        if not asked.reason.strip():
            raise PetitionRefused("State the reason.")
        check_length(asked.reason, NOTE_LIMIT)
        wanted = _wanted(asked) | _due(session, petition, asked, facts(history))
        if asked.due_on != petition.due_on:
            check_late_due(actor, petition, asked.due_on)
            if actor is not None and asked.kind is Kind.COMPLAINT:
                counted = effective(facts(history))
                check_law(latest_by_law(counted, clock.today(), clockwork(session)), asked.due_on)
        _check_known(session, actor, petition, wanted)
        working, place_id = at_work(history), wanted["place_id"]
        check_monitor(session, actor, petition, wanted["monitor_id"], working, place_id)
        _check_order(facts(history), wanted)
        note = "\n".join([*_told(session, petition, wanted), checked(asked.reason)])
        former = _facts_of(session, {name: getattr(petition, name) for name in wanted})
        _keep_former_person(petition, wanted)
        for name, value in wanted.items():
            setattr(petition, name, value)
        detail = journal.told(session, former, _facts_of(session, wanted), HIDDEN)
        day = exact_day(petition.received_on, petition.date_precision)
        step = PetitionStep(move=AMEND, happened_on=day, note=note)
        record(session, actor, petition, step, history, detail=detail)


def _keep_former_person(petition: Petition, wanted: Mapping[str, Any]) -> None:
    """Remember a name or number that is corrected, as texts may go on telling it."""
    kept = petition.former_person.splitlines()
    kept += [
        was for name in sorted(PRIVATE) if (was := getattr(petition, name)) != wanted[name] and was
    ]
    petition.former_person = "\n".join(dict.fromkeys(kept))


def _facts_of(session: Session, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Give facts as the journal tells them."""
    told: dict[str, Any] = {}
    for name, value in kept.items():
        said, word = _NAMED.get(name, (name, None))
        if word is not None and value is not None:
            value = session.scalar(select(word).where(word.class_.id == value))
        told[said] = value
    return told


def _restore(petition: Petition, history: Sequence[PetitionStep], mistaken: PetitionStep) -> None:
    void = StepFact(petition.status, None, petition.due_on, CORRECT, voids_id=mistaken.id)
    before = effective([*facts(history), void])[-1]
    petition.status = before.status
    petition.due_on, petition.due_basis = before.due_on, before.due_basis
    petition.plan_on = before.plan_on
    petition.department_id = before.department_id
    petition.cooperating, petition.monitor_id = before.cooperating, before.monitor_id
    petition.master_id = before.master_id


def _wanted(asked: Amendment) -> dict[str, Any]:
    texts = ("content", "cooperating", *PRIVATE)
    wanted = {
        name: checked(getattr(asked, name)) if name in texts else getattr(asked, name)
        for name in FIELDS
    }
    received_on = first_day(asked.received_on, asked.date_precision)
    return wanted | {"received_on": received_on, "date_precision": asked.date_precision}


def _due(
    session: Session, petition: Petition, asked: Amendment, history: Sequence[StepFact]
) -> dict[str, Any]:
    """Give the due date, why it is that day, and until when the citizen is to be told.

    A date that a limit counts follows the day of receipt, unless another was typed.
    """
    clocks = clockwork(session)
    received_on = first_day(asked.received_on, asked.date_precision)
    due = {"ack_due_on": ack_due(received_on, asked.date_precision, clocks, asked.kind)}
    if asked.due_on is None:
        return due | {"due_basis": UNKNOWN}
    if asked.due_on != petition.due_on:
        return due | {"due_basis": ASSIGNED}
    if limit_of(petition.due_basis, petition.received_on, clocks) is None:
        return due
    if asked.date_precision is not Precision.DAY:
        return due | {"due_basis": ASSIGNED}
    counted = effective(history)
    counted[0] = replace(counted[0], happened_on=received_on)
    return due | {"due_on": counted_due(counted, clocks)}


def _check_known(
    session: Session, actor: User | None, petition: Petition, wanted: dict[str, Any]
) -> None:
    # What stays as it is may have been retired since.
    if wanted["place_id"] != petition.place_id:
        check_place(session, actor, wanted["place_id"])
    if wanted["category_id"] != petition.category_id:
        check_category(session, wanted["category_id"])
    if wanted["department_id"] != petition.department_id:
        check_department(session, wanted["department_id"])


def _check_order(history: Sequence[StepFact], wanted: dict[str, Any]) -> None:
    on_spot = spot_answer(history)
    later = [step for step in effective(history)[1:] if step.id != on_spot]
    days = [step.happened_on for step in later if step.happened_on]
    if wanted["received_on"] and days and wanted["received_on"] > days[0]:
        raise PetitionRefused("The day of receipt cannot be after the step that followed it.")


def _told(session: Session, petition: Petition, wanted: dict[str, Any]) -> list[str]:
    """Give a line for each fact that changes, in the register's own language."""
    with speaking(DEFAULT_LANGUAGE):
        lines = list(_changes(session, petition, wanted))
    if not lines:
        raise PetitionRefused("Nothing differs from what the register holds.")
    return lines


def _changes(session: Session, petition: Petition, wanted: dict[str, Any]) -> Iterator[str]:
    old_day = shown(petition.received_on, petition.date_precision)
    new_day = shown(wanted["received_on"], wanted["date_precision"])
    if old_day != new_day:
        yield _line(N_("Day of receipt"), old_day, new_day)
    for name, label in FIELDS.items():
        old, new = getattr(petition, name), wanted[name]
        if old == new:
            continue
        if name in PRIVATE:
            yield gettext("%(field)s: corrected", field=gettext(label))
        else:
            yield _line(label, _words(session, name, old), _words(session, name, new))


def _line(label: str, old: str, new: str) -> str:
    return gettext("%(field)s: “%(old)s” → “%(new)s”", field=gettext(label), old=old, new=new)


def _words(session: Session, name: str, value: Any) -> str:
    if value is None or value == "":
        return gettext("not known") if name == "people" else gettext("none")
    if isinstance(value, Labelled):
        return say(value)
    if name == "due_on":
        return shown(value, Precision.DAY)
    if name == "place_id":
        return session.get_one(Place, value).name
    if name == "category_id":
        return session.get_one(Category, value).name_vi
    if name == "monitor_id":
        return session.get_one(User, value).full_name
    if name == "department_id":
        return session.get_one(Department, value).name_vi
    return str(value)
