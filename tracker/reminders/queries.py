"""What each person is to be reminded of on a day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.calendar.queries import choices_of
from tracker.calendar.rules import Choices
from tracker.commitments.lifecycle import State
from tracker.commitments.models import Commitment
from tracker.commitments.queries.register import stands_as as promise_stands_as
from tracker.core.clock import shown_date
from tracker.dialogues.queries import pressing_rows
from tracker.dialogues.queries import terms_of as dialogue_terms
from tracker.dialogues.rules import Standing
from tracker.petitions.models import Petition
from tracker.petitions.queries.standing import stands_as, tells_as, terms_of
from tracker.petitions.rules import Acknowledgement, Timeliness
from tracker.reminders.models import ReminderSent
from tracker.reminders.rules import (
    MOST_TOLD,
    Kind,
    Matter,
    Person,
    Reach,
    Section,
    latest_due,
    reach_of,
)


def people_to_remind(session: Session) -> list[Person]:
    """Give everyone who can sign in, in the order of their user names."""
    rows = session.execute(
        select(User.id, User.username, User.full_name, User.email, User.role, User.place_id)
        .where(User.is_disabled.is_(False))
        .order_by(User.username)
    )
    return [Person(*row) for row in rows]


def told_on(session: Session, person: Person, day: date) -> list[ReminderSent]:
    """Give what a person was written about on a day, or is to be by a claim that stands."""
    return list(
        session.scalars(
            select(ReminderSent)
            .where(ReminderSent.day == day, ReminderSent.user_id == person.id)
            .order_by(ReminderSent.id)
        )
    )


def sections_for(
    session: Session, person: Person, scope: frozenset[int], day: date
) -> Iterator[Section]:
    """Give what a person is to know of on a day, by kind; what is late stands first."""
    asked = _Asked(session, person, scope, day, choices_of(session))
    late = [
        asked.petitions_late(),
        asked.notices_late(),
        asked.commitments_late(),
        asked.dialogues(Kind.DIALOGUE_LATE, Standing.LATE),
    ]
    soon = [
        asked.petitions_soon(),
        asked.notices_soon(),
        asked.commitments_soon(),
        asked.dialogues(Kind.DIALOGUE_SOON, Standing.DUE_SOON),
    ]
    yield from (section for section in late + soon if section is not None and section.matters)


@dataclass(frozen=True)
class _Asked:
    session: Session
    person: Person
    scope: frozenset[int]
    day: date
    choices: Choices

    @property
    def reach(self) -> Reach:
        return reach_of(self.person.role, self.choices)

    def petitions_late(self) -> Section:
        """What lies in one's place after the set days, and then what one watches over."""
        due, after = Petition.due_on, self.choices.monitor_after_days
        watched = Petition.monitor_id == self.person.id
        ways = [and_(watched, due <= latest_due(self.day, after))]
        if self.reach.late_days is not None:
            ways.append(due <= latest_due(self.day, self.reach.late_days))
        is_late = stands_as(Timeliness.LATE, terms_of(self.session, self.day))
        condition = and_(is_late, or_(*ways))
        path = "/petitions?overdue=1&sort=due"
        return self._of_petitions(Kind.PETITION_LATE, Petition.due_on, condition, path)

    def petitions_soon(self) -> Section | None:
        if not self.reach.hears_of_soon:
            return None
        condition = stands_as(Timeliness.DUE_SOON, terms_of(self.session, self.day))
        path = "/petitions?timeliness=due_soon&sort=due"
        return self._of_petitions(Kind.PETITION_SOON, Petition.due_on, condition, path)

    def notices_late(self) -> Section | None:
        if self.reach.late_days is None:
            return None
        condition = and_(
            tells_as(Acknowledgement.LATE, terms_of(self.session, self.day)),
            Petition.ack_due_on <= latest_due(self.day, self.reach.late_days),
        )
        path = "/petitions?ack=late&sort=oldest"
        return self._of_petitions(Kind.NOTICE_LATE, Petition.ack_due_on, condition, path)

    def notices_soon(self) -> Section | None:
        if not self.reach.hears_of_soon:
            return None
        last = self.day + timedelta(days=self.choices.due_soon_days)
        condition = and_(
            tells_as(Acknowledgement.DUE, terms_of(self.session, self.day)),
            Petition.ack_due_on <= last,
        )
        path = "/petitions?ack=due&sort=oldest"
        return self._of_petitions(Kind.NOTICE_SOON, Petition.ack_due_on, condition, path)

    def commitments_late(self) -> Section:
        """What is one's own at once, what lies in one's place after the set days, then as monitor.

        The monitor of a commitment hears last: when neither staff nor leader brought it about.
        """
        due, watched = Commitment.due_on, Commitment.monitor_id == self.person.id
        after = self.choices.monitor_after_days
        ways = [self._own(), and_(watched, due <= latest_due(self.day, after))]
        if self.reach.late_days is not None:
            in_reach = due <= latest_due(self.day, self.reach.late_days)
            ways.append(and_(self._of_place(), in_reach))
        condition = and_(promise_stands_as(State.OVERDUE, self.day), or_(*ways))
        return self._of_commitments(
            Kind.COMMITMENT_LATE, condition, f"/commitments?state={State.OVERDUE}"
        )

    def commitments_soon(self) -> Section:
        last = self.day + timedelta(days=self.choices.commitment_soon_days)
        mine = self._of_place() if self.reach.hears_of_soon else false()
        condition = and_(
            promise_stands_as(State.OPEN, self.day),
            Commitment.due_on <= last,
            or_(self._own(), mine),
        )
        between = f"due_from={shown_date(self.day)}&due_to={shown_date(last)}"
        path = f"/commitments?state={State.OPEN}&{between}"
        return self._of_commitments(Kind.COMMITMENT_SOON, condition, path)

    def dialogues(self, kind: Kind, standing: Standing) -> Section | None:
        if self.reach.late_days is None or (not kind.is_late and not self.reach.hears_of_soon):
            return None
        terms = dialogue_terms(self.session, self.day)
        rows = pressing_rows(self.session, self.scope, frozenset({standing}), terms, MOST_TOLD)
        last = latest_due(self.day, self.reach.late_days) if kind.is_late else date.max
        matters = tuple(
            Matter(kind, row.code, clock.due_on, clock.duty)
            for row in rows
            for clock in row.clocks
            if clock.standing is standing and clock.due_on and clock.due_on <= last
        )
        path = "/dialogues?clock=late" if kind.is_late else "/dialogues?clock=due"
        return Section(kind, len(matters), matters, path)

    def _own(self) -> ColumnElement[bool]:
        """Ask for what this person carries out, or promised."""
        own = self.person.id
        return or_(Commitment.handler_id == own, Commitment.promised_by_id == own)

    def _of_place(self) -> ColumnElement[bool]:
        """Ask for what is this role's in the place: staff do not hear of another's work."""
        if self.reach.hears_of_soon:
            return Commitment.handler_id.is_(None)
        return true()

    def _of_petitions(
        self, kind: Kind, due_on: Any, condition: ColumnElement[bool], path: str
    ) -> Section:
        inside = and_(Petition.place_id.in_(self.scope), condition)
        return self._section(kind, Petition.code, due_on, inside, path)

    def _of_commitments(self, kind: Kind, condition: ColumnElement[bool], path: str) -> Section:
        inside = and_(Commitment.place_id.in_(self.scope), condition)
        return self._section(kind, Commitment.code, Commitment.due_on, inside, path)

    def _section(
        self, kind: Kind, code: Any, due_on: Any, condition: ColumnElement[bool], path: str
    ) -> Section:
        asked = select(code, due_on).where(condition).order_by(due_on, code).limit(MOST_TOLD)
        matters = tuple(Matter(kind, *row) for row in self.session.execute(asked))
        count = len(matters)
        if count == MOST_TOLD:
            count = self.session.scalar(select(func.count(code)).where(condition)) or count
        return Section(kind, count, matters, path)
