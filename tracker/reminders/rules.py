"""What a person is reminded of, when nobody is written to, and how the digest reads."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tracker.accounts.permissions import Role
from tracker.calendar.rules import Calendar, Choices
from tracker.core.clock import VIETNAM, shown_date
from tracker.core.i18n import N_, Labelled, Message, gettext, ngettext, say
from tracker.dialogues.rules import Duty

NIGHT_FROM, NIGHT_TO = 20, 7
"""The hours, in Vietnam, between which nobody is written to."""
MOST_TOLD = 200
"""So many matters of a kind are looked at; the list on the screen has the rest."""
MOST_NAMED = 20
"""So many matters of a kind stand in the digest."""
KEPT_DAYS = 60
"""For so long it is kept what people were reminded of."""
ABANDONED_AFTER = timedelta(minutes=15)
"""A claim that is not sent by then was left by a run that broke off."""


class Kind(Labelled):
    """What a reminder is about; the first word of each names the record."""

    PETITION_LATE = "petition_late", N_("Petitions past their date")
    NOTICE_LATE = "notice_late", N_("Notices to citizens that are late")
    COMMITMENT_LATE = "commitment_late", N_("Promises past their date")
    DIALOGUE_LATE = "dialogue_late", N_("Papers of dialogues late")
    PETITION_SOON = "petition_soon", N_("Petitions due soon")
    NOTICE_SOON = "notice_soon", N_("Notices to citizens due soon")
    COMMITMENT_SOON = "commitment_soon", N_("Promises due soon")
    DIALOGUE_SOON = "dialogue_soon", N_("Papers of dialogues due soon")

    @property
    def is_late(self) -> bool:
        """Tell whether the date has passed."""
        return self.value.endswith("_late")


_PAGES = {
    "petition": "/petitions/",
    "notice": "/petitions/",
    "commitment": "/commitments/",
    "dialogue": "/dialogues/",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """One record that someone is reminded of: nothing of it but its code and its date."""

    kind: Kind
    code: str
    due_on: date
    duty: Duty | None = None

    @property
    def subject(self) -> str:
        """Give what the matter is known again by on the same day."""
        return f"{self.code} {self.duty.value}" if self.duty else self.code

    @property
    def path(self) -> str:
        """Give its page."""
        return _PAGES[self.kind.value.split("_")[0]] + self.code


@dataclass(frozen=True, slots=True)
class Section:
    """The matters of one kind that are new today, how many there are in all, and their list."""

    kind: Kind
    count: int
    matters: tuple[Matter, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a digest is for."""

    id: int
    username: str
    full_name: str
    email: str | None
    role: Role
    place_id: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is written about on one day, in one e-mail.

    `letter` is its key, the same when it is sent again; `claimed_at` tells when a run that did not
    bring it to its end began with it.
    """

    person: Person
    day: date
    sections: tuple[Section, ...]
    letter: str = ""
    claimed_at: datetime | None = None

    @property
    def matters(self) -> list[Matter]:
        """Give every matter of every section."""
        return [matter for section in self.sections for matter in section.matters]

    def counts(self) -> str:
        """Give the numbers alone, as the journal keeps them."""
        return " ".join(f"{s.kind.value}={len(s.matters)}" for s in self.sections)


@dataclass(frozen=True, slots=True)
class Reach:
    """From which lateness on a person hears of what is late; None is not at all.

    `hears_of_soon` tells whether what is still in time is theirs to do.
    """

    late_days: int | None
    hears_of_soon: bool


def reach_of(role: Role, choices: Choices) -> Reach:
    """Tell of what in their place a role hears: staff of all, leaders of what stays late."""
    return {
        Role.STAFF: Reach(0, hears_of_soon=True),
        Role.LEADER: Reach(choices.leader_after_days, hears_of_soon=False),
    }.get(role, Reach(None, hears_of_soon=False))


def latest_due(day: date, late_days: int) -> date:
    """Give the latest due date of what is late by at least so many days; late is one at least."""
    return day - timedelta(days=max(1, late_days))


def silence_at(at: datetime, calendar: Calendar) -> Message | None:
    """Say why nobody is written to at this moment, if nobody is."""
    here = at.astimezone(VIETNAM)
    if here.hour >= NIGHT_FROM or here.hour < NIGHT_TO:
        return Message(
            N_("Nobody is written to between %(from)s:00 and %(to)s:00."),
            {"from": NIGHT_FROM, "to": NIGHT_TO},
        )
    if not calendar.is_working(here.date()):
        return Message(
            N_("%(day)s is a day off; nobody is written to."), {"day": shown_date(here.date())}
        )
    return None


def day_of(at: datetime) -> date:
    """Give the day in Vietnam on which a moment lies."""
    return at.astimezone(VIETNAM).date()


def without(sections: Iterable[Section], told: frozenset[tuple[str, str]]) -> tuple[Section, ...]:
    """Leave out what the person was written about today already, and what is then empty."""
    listed = list(sections)
    every = {(m.kind.value, m.subject) for section in listed for m in section.matters}
    return only(listed, frozenset(every - told))


def only(sections: Iterable[Section], asked: frozenset[tuple[str, str]]) -> tuple[Section, ...]:
    """Leave of what presses only these matters, and no section that is then empty."""
    kept = []
    for section in sections:
        left = tuple(m for m in section.matters if (m.kind.value, m.subject) in asked)
        if left:
            kept.append(Section(section.kind, section.count, left, section.path))
    return tuple(kept)


def letter_of(person: Person, day: date, sections: Iterable[Section]) -> str:
    """Give the key of an e-mail: the same for the same matters of the same person and day."""
    named = sorted(f"{m.kind.value} {m.subject}" for section in sections for m in section.matters)
    said = "\n".join([day.isoformat(), str(person.id), *named])
    return hashlib.sha256(said.encode()).hexdigest()[:40]


def heading(digest: Digest) -> str:
    """Give the subject of the e-mail: numbers only."""
    late = sum(s.count for s in digest.sections if s.kind.is_late)
    soon = sum(s.count for s in digest.sections if not s.kind.is_late)
    counted = [
        ngettext("%(num)s late", "%(num)s late", late) if late else "",
        ngettext("%(num)s due soon", "%(num)s due soon", soon) if soon else "",
    ]
    told = ", ".join(part for part in counted if part)
    return gettext("Reminder of %(day)s: %(told)s", day=shown_date(digest.day), told=told)


def body(digest: Digest, base_url: str) -> str:
    """Write the digest as plain text: counts, codes, dates and links, nothing of any citizen."""
    return "\n".join(_lines(digest, base_url)) + "\n"


def _lines(digest: Digest, base_url: str) -> Iterator[str]:
    yield gettext("To: %(name)s", name=digest.person.full_name)
    yield ""
    yield gettext("What waits on %(day)s:", day=shown_date(digest.day))
    for section in digest.sections:
        yield ""
        yield f"{say(section.kind)}: {section.count}"
        for matter in section.matters[:MOST_NAMED]:
            yield f"- {_named(matter)}"
            yield f"  {base_url}{matter.path}"
        if section.count > len(section.matters[:MOST_NAMED]):
            yield gettext("All of them: %(address)s", address=base_url + section.path)
    yield ""
    yield gettext("Everything of today: %(address)s", address=f"{base_url}/")
    yield ""
    yield gettext(
        "The register wrote this by itself; please do not answer. It holds nothing about citizens."
    )


def _named(matter: Matter) -> str:
    code = f"{matter.code}, {say(matter.duty)}" if matter.duty else matter.code
    return gettext("%(code)s: due on %(day)s", code=code, day=shown_date(matter.due_on))
