"""Reminding people: each at most once a day of the same thing, by day, on working days."""

import smtplib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.calendar.queries import calendar_of
from tracker.core import clock
from tracker.core.db import transaction
from tracker.core.i18n import DEFAULT_LANGUAGE, N_, Message, speaking
from tracker.journal import service as journal
from tracker.places.queries import scope_ids
from tracker.reminders.models import ReminderSent
from tracker.reminders.queries import people_to_remind, sections_for, told_on
from tracker.reminders.rules import (
    ABANDONED_AFTER,
    KEPT_DAYS,
    Digest,
    Person,
    day_of,
    letter_of,
    only,
    silence_at,
    without,
)
from tracker.reminders.service.mailing import MailRefused, Post, connected, message_for

SENT = "reminder:sent"


@dataclass(slots=True)
class Reminded:
    """What came of it: why nobody was written to, or to whom it was, could not be, had no address.

    People stand by their user names.
    """

    silence: Message | None = None
    sent: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    without_address: list[str] = field(default_factory=list)


def remind(session: Session, post: Post | None, at: datetime) -> Reminded:
    """Write each person one e-mail about what is late and due soon and not told yet today.

    What is told is claimed first, marked as sent once the server has it, and given back when the
    server does not take it: of two runs at once only one writes, no write of the register waits for
    the mail server, and what a run left that broke off is sent by a later one under the same key,
    by which a mail server knows a second copy.
    Raises MailRefused, with nothing kept of what was not sent, when the server cannot be used.
    """
    done = Reminded(silence=_silence(session, post, at))
    if post is None or done.silence is not None:
        return done
    day = day_of(at)
    waiting = []
    for digest in digests_on(session, day, at):
        if digest.person.email is None:
            done.without_address.append(digest.person.username)
        else:
            waiting.append(digest)
    if not waiting:
        return done
    with connected(post) as line:
        for digest in waiting:
            with speaking(DEFAULT_LANGUAGE):  # whoever runs the timer, people read their own
                message = message_for(post, digest, at)
            if _claim(session, digest, at):
                _deliver(session, line, post, digest, message, done, at)
    return done


def digests_on(session: Session, day: date, at: datetime | None = None) -> Iterator[Digest]:
    """Give what each person is still to be told on a day; who is to be told nothing is left out.

    What was claimed by a run that broke off comes as an e-mail of its own, as it was claimed.
    """
    with transaction(session):
        people = people_to_remind(session)
    scopes: dict[int, frozenset[int]] = {}
    for person in people:
        with transaction(session):  # the lock is given back between two people
            digests = list(_digests(session, person, day, scopes, at or clock.now()))
        yield from digests


def _digests(
    session: Session, person: Person, day: date, scopes: dict[int, frozenset[int]], at: datetime
) -> Iterator[Digest]:
    if person.place_id not in scopes:
        scopes[person.place_id] = scope_ids(session, person.place_id)
    pressing = list(sections_for(session, person, scopes[person.place_id], day))
    told: dict[tuple[str, datetime | None], set[tuple[str, str]]] = defaultdict(set)
    for row in told_on(session, person, day):
        is_left = row.sent_at is None and row.claimed_at < at - ABANDONED_AFTER
        told[(row.letter, row.claimed_at) if is_left else ("", None)].add((row.kind, row.subject))
    for (letter, claimed_at), matters in told.items():
        if letter and (sections := only(pressing, frozenset(matters))):
            yield Digest(person, day, sections, letter, claimed_at)
    if sections := without(pressing, frozenset().union(*told.values())):
        yield Digest(person, day, sections, letter_of(person, day, sections))


def _silence(session: Session, post: Post | None, at: datetime) -> Message | None:
    with transaction(session):
        silence = silence_at(at, calendar_of(session))
    if silence is None and post is None:
        return Message(
            N_(
                "No mail server is named in TRACKER_SMTP_URL: nobody was written to. The first"
                " page shows the same."
            )
        )
    return silence


def _claim(session: Session, digest: Digest, at: datetime) -> bool:
    """Keep that a person is being told all this; another run may have been faster."""
    if digest.claimed_at is not None:
        return _claim_again(session, digest, at)
    try:
        with transaction(session):
            oldest = digest.day - timedelta(days=KEPT_DAYS)
            session.execute(delete(ReminderSent).where(ReminderSent.day < oldest))
            session.add_all(
                ReminderSent(
                    day=digest.day,
                    user_id=digest.person.id,
                    kind=matter.kind.value,
                    subject=matter.subject,
                    letter=digest.letter,
                    claimed_at=at,
                )
                for matter in digest.matters
            )
    except IntegrityError:
        return False
    return True


def _claim_again(session: Session, digest: Digest, at: datetime) -> bool:
    """Take over what a run left that broke off; of two that see it only one does."""
    with transaction(session):
        taken = session.execute(
            update(ReminderSent)
            .where(*_of(digest), ReminderSent.claimed_at == digest.claimed_at)
            .values(claimed_at=at)
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]


def _deliver(
    session: Session,
    line: smtplib.SMTP,
    post: Post,
    digest: Digest,
    message: EmailMessage,
    done: Reminded,
    at: datetime,
) -> None:
    person = digest.person
    try:
        line.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
        _take_back(session, digest)
        done.failed.append(person.username)
        return
    except OSError:  # whatever else goes wrong on the line
        _take_back(session, digest)
        raise MailRefused(
            "The mail server %(host)s stopped taking e-mails; %(sent)s had been sent.",
            host=post.host,
            sent=len(done.sent),
        ) from None
    done.sent.append(person.username)
    with transaction(session):
        session.execute(update(ReminderSent).where(*_of(digest)).values(sent_at=at))
        journal.note(session, None, SENT, person.username, person.place_id, digest.counts())


def _take_back(session: Session, digest: Digest) -> None:
    with transaction(session):
        session.execute(delete(ReminderSent).where(*_of(digest)))


def _of(digest: Digest) -> tuple[ColumnElement[bool], ...]:
    """Ask for the claims of one e-mail that was not sent yet."""
    return (
        ReminderSent.day == digest.day,
        ReminderSent.user_id == digest.person.id,
        ReminderSent.letter == digest.letter,
        ReminderSent.sent_at.is_(None),
    )
