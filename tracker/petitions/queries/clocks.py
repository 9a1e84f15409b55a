"""How one petition's clocks stand, with the account of its due date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.calendar.queries import clockwork
from tracker.calendar.rules import ACK, Account, Clockwork, Limit, account
from tracker.core.dates import Precision
from tracker.core.i18n import language
from tracker.petitions.lifecycle import LIMITS_OF_KIND, OPEN
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
    timeliness,
)


@dataclass(frozen=True, slots=True)
class KindLimit:
    """A limit that the petition's legal kind has of its own; the day where it is known."""

    limit: Limit
    counted_from: str
    due_on: date | None


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
        limits=tuple(_limits(petition, works)),
    )


def _ack_account(petition: Petition, works: Clockwork) -> Account | None:
    if petition.ack_due_on is None or petition.received_on is None:
        return None
    rule = works.rule(ACK, petition.received_on)
    if rule is None:
        return None
    limit = rule.limit(in_english=language() == "en")
    return account(petition.received_on, limit, works.calendar)


def _limits(petition: Petition, works: Clockwork) -> list[KindLimit]:
    received = petition.received_on
    if received is None or petition.status not in OPEN:
        return []
    in_english, found = language() == "en", []
    for code in LIMITS_OF_KIND.get(petition.kind, ()):
        if rule := works.rule(code, received):
            limit = rule.limit(in_english=in_english)
            is_known = rule.is_from_receipt and petition.date_precision is Precision.DAY
            due_on = limit.due(received, works.calendar) if is_known else None
            found.append(KindLimit(limit, rule.counted_from(in_english=in_english), due_on))
    return found
