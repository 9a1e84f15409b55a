"""How one petition's clocks stand, with the account of its due date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.calendar.queries import clockwork
from tracker.calendar.rules import Account, Clockwork, Limit, account
from tracker.core import clock
from tracker.core.i18n import language
from tracker.petitions.lifecycle import OPEN, STAYING
from tracker.petitions.models import Petition, PetitionStep
from tracker.petitions.queries.one import facts
from tracker.petitions.queries.standing import terms_of
from tracker.petitions.rules import (
    Acknowledgement,
    Ageing,
    Timeliness,
    acknowledgement,
    ageing,
    due_account,
    effective,
    first_due,
    first_resolved,
    is_accepted,
    notice_limit,
    timeliness,
)


@dataclass(frozen=True, slots=True)
class KindLimit:
    """A limit that the petition's legal kind has of its own, and that has not begun yet."""

    limit: Limit
    counted_from: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """Everything that time says of one petition today."""

    timeliness: Timeliness
    is_provisional: bool
    ack: Acknowledgement
    ack_due_on: date | None
    acknowledged_on: date | None
    ack_account: Account | None
    is_ack_provisional: bool
    ageing: Ageing | None
    days_unprocessed: int
    due: Account | None
    first_due_on: date | None
    first_resolved_on: date | None
    limits: tuple[KindLimit, ...]


def clocks_of(session: Session, petition: Petition, steps: Sequence[PetitionStep]) -> Clocks:
    """Judge a petition's clocks today, and account for its dates."""
    terms, works, history = terms_of(session), clockwork(session), facts(steps)
    alert = ageing(petition.status, petition.received_on, petition.date_precision, terms)
    told = {step.id: (step.note, step.document_number) for step in steps}
    received = petition.received_on
    return Clocks(
        timeliness=timeliness(petition.status, petition.due_on, petition.ended_on, terms),
        is_provisional=terms.is_provisional(petition.due_on),
        ack=acknowledgement(petition.status, petition.ack_due_on, petition.acknowledged_on, terms),
        ack_due_on=petition.ack_due_on,
        acknowledged_on=petition.acknowledged_on,
        ack_account=_ack_account(petition, works),
        is_ack_provisional=terms.is_provisional(petition.ack_due_on),
        ageing=alert,
        days_unprocessed=(terms.today - received).days if alert and received else 0,
        due=due_account(effective(history), told, works),
        first_due_on=first_due(history),
        first_resolved_on=first_resolved(history),
        limits=tuple(_limits(petition, works, is_accepted=is_accepted(history))),
    )


def _ack_account(petition: Petition, works: Clockwork) -> Account | None:
    if petition.ack_due_on is None or petition.received_on is None:
        return None
    rule = works.rule(notice_limit(petition.kind), petition.received_on)
    if rule is None:
        return None
    limit = rule.limit(in_english=language() == "en")
    return account(petition.received_on, limit, works.calendar)


def _limits(petition: Petition, works: Clockwork, *, is_accepted: bool) -> list[KindLimit]:
    """Give the limits that will begin with a step that this legal kind has of its own."""
    if petition.status not in OPEN or is_accepted:
        return []
    in_english, today = language() == "en", clock.today()
    codes = (move.limit_code for move in STAYING if petition.kind in move.kinds)
    rules = (works.rule(code, today) for code in codes if code)
    return [
        KindLimit(rule.limit(in_english=in_english), rule.counted_from(in_english=in_english))
        for rule in rules
        if rule
    ]
