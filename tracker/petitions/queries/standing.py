"""How petitions stand on a day, asked in the database: the same as rules.clocks tells of one."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import Session

from tracker.calendar.queries import choices_of, rules_of
from tracker.calendar.rules import Calendar, Clockwork
from tracker.core import clock
from tracker.core.dates import Precision
from tracker.petitions.lifecycle import ENDED, OPEN, Status
from tracker.petitions.models import Petition
from tracker.petitions.rules import (
    PAUSED,
    RUNNING,
    Acknowledgement,
    Ageing,
    Terms,
    Timeliness,
    terms_on,
)


def terms_of(session: Session, today: date | None = None) -> Terms:
    """Give what petitions are judged by today, or on another day."""
    limits = Clockwork(Calendar({}), rules_of(session))  # no day off moves an alert
    return terms_on(today or clock.today(), choices_of(session), limits)


def stands_as(wanted: Timeliness, terms: Terms) -> ColumnElement[bool]:
    """Ask what rules.timeliness tells of one petition."""
    today, due, ended_on = terms.today, Petition.due_on, Petition.ended_on
    soon = today + timedelta(days=terms.soon_days)
    runs, ended = Petition.status.in_(RUNNING), Petition.status.in_(ENDED)
    return {
        Timeliness.LATE: and_(runs, due < today),
        Timeliness.DUE_SOON: and_(runs, due >= today, due <= soon),
        Timeliness.IN_TIME: and_(runs, due > soon),
        Timeliness.PAUSED: Petition.status.in_(PAUSED),
        Timeliness.DONE_IN_TIME: and_(ended, ended_on <= due),
        Timeliness.DONE_LATE: and_(ended, ended_on > due),
        Timeliness.NO_DATE: or_(
            and_(runs, due.is_(None)), and_(ended, or_(due.is_(None), ended_on.is_(None)))
        ),
    }[wanted]


def tells_as(wanted: Acknowledgement, terms: Terms) -> ColumnElement[bool]:
    """Ask what rules.acknowledgement tells of one petition."""
    due, told = Petition.ack_due_on, Petition.acknowledged_on
    waits = and_(Petition.status.in_(OPEN), told.is_(None))
    return {
        Acknowledgement.DUE: and_(waits, due >= terms.today),
        Acknowledgement.LATE: and_(waits, due < terms.today),
        Acknowledgement.DONE_IN_TIME: told <= due,
        Acknowledgement.DONE_LATE: told > due,
        Acknowledgement.NO_LIMIT: or_(
            due.is_(None), and_(told.is_(None), Petition.status.in_(ENDED))
        ),
    }[wanted]


def ages_as(reached: Ageing, terms: Terms) -> ColumnElement[bool]:
    """Ask for petitions that have reached this alert of rules.ageing, or a higher one."""
    days = reached_after(reached, terms)
    if days is None:
        return false()
    oldest = terms.today - timedelta(days=days)
    return and_(
        Petition.status == Status.RECEIVED,
        Petition.date_precision == Precision.DAY,
        Petition.received_on <= oldest,
    )


def reached_after(reached: Ageing, terms: Terms) -> int | None:
    """Give after how many days an alert, or a higher one, is reached; None when none counts."""
    alerts = [alert for alert in list(Ageing)[list(Ageing).index(reached) :] if alert in terms.ages]
    return min((terms.ages[alert] for alert in alerts), default=None)
