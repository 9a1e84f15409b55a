"""Reminding people: each at most once a day of the same thing, by day, on working days."""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.calendar.queries import calendar_of
from tracker.core.db import transaction
from tracker.core.i18n import DEFAULT_LANGUAGE, N_, Message, speaking
from tracker.journal import service as journal
from tracker.places.queries import scope_ids
from tracker.reminders.models import ReminderSent
from tracker.reminders.queries import people_to_remind, sections_for, told_on
from tracker.reminders.rules import KEPT_DAYS, Digest, Person, day_of, silence_at, without
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

    What is told is kept first, and taken back when the server does not take the e-mail: of two
    runs at once only one writes, and no write of the register waits for the mail server.
    Raises MailRefused, with nothing kept of what was not sent, when the server cannot be used.
    """
    done = Reminded(silence=_silence(session, post, at))
    if post is None or done.silence is not None:
        return done
    day = day_of(at)
    waiting = []
    for digest in digests_on(session, day):
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
            if _claim(session, digest):
                _deliver(session, line, post, digest, message, done)
    return done


def digests_on(session: Session, day: date) -> Iterator[Digest]:
    """Give what each person is still to be told on a day; who is to be told nothing is left out."""
    with transaction(session):
        people = people_to_remind(session)
    scopes: dict[int, frozenset[int]] = {}
    for person in people:
        with transaction(session):  # the lock is given back between two people
            digest = _digest(session, person, day, scopes)
        if digest.sections:
            yield digest


def _digest(
    session: Session, person: Person, day: date, scopes: dict[int, frozenset[int]]
) -> Digest:
    if person.place_id not in scopes:
        scopes[person.place_id] = scope_ids(session, person.place_id)
    sections = sections_for(session, person, scopes[person.place_id], day)
    return Digest(person, day, without(sections, told_on(session, person, day)))


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


def _claim(session: Session, digest: Digest) -> bool:
    """Keep that a person is told all this today; another run may have been faster."""
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
                )
                for matter in digest.matters
            )
    except IntegrityError:
        return False
    return True


def _deliver(
    session: Session,
    line: smtplib.SMTP,
    post: Post,
    digest: Digest,
    message: EmailMessage,
    done: Reminded,
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
        journal.note(session, None, SENT, person.username, person.place_id, digest.counts())


def _take_back(session: Session, digest: Digest) -> None:
    told = {(matter.kind.value, matter.subject) for matter in digest.matters}
    with transaction(session):
        for kind in {kind for kind, _ in told}:
            session.execute(
                delete(ReminderSent).where(
                    ReminderSent.day == digest.day,
                    ReminderSent.user_id == digest.person.id,
                    ReminderSent.kind == kind,
                    ReminderSent.subject.in_([s for k, s in told if k == kind]),
                )
            )
