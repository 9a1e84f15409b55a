"""What all papers share: head, signature, recipients, and how a dialogue and people are named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.commitments.rules import NOBODY_KNOWN, KnownNames, unnamed
from tracker.core.i18n import gettext
from tracker.documents.queries.dialogue import DialogueFacts, Document, Raised
from tracker.documents.rules.blocks import Head, Para, Signature
from tracker.documents.rules.forms import (
    OPEN,
    counted,
    inside,
    is_of,
    known_day,
    long_day,
    numbered,
    paragraphs,
    party_number,
    written,
)
from tracker.documents.rules.issuing import Letterhead
from tracker.documents.rules.layout import Issuer
from tracker.petitions.lifecycle import Petitioner
from tracker.petitions.rules.spellings import without_person


@dataclass(frozen=True, slots=True)
class Writing:
    """As whom a paper is written and for whom; `with_names` is for the office itself alone.

    `known` are the citizens whose names are left out of every text that anyone may read.
    """

    issuer: Issuer
    letterhead: Letterhead
    unit: str
    with_names: bool = False
    foot: str = ""
    known: KnownNames = NOBODY_KNOWN

    @property
    def body(self) -> str:
        """Name the issuer as it stands inside a sentence."""
        if self.issuer is Issuer.PARTY:
            return gettext("the Party committee of %(unit)s", unit=self.inner_unit)
        return gettext("the People's Committee of %(unit)s", unit=self.inner_unit)

    @property
    def head_of_it(self) -> str:
        """Name whoever stands for the issuer at a dialogue."""
        if self.issuer is Issuer.PARTY:
            return gettext("the head of %(body)s", body=self.body)
        return self.body

    @property
    def inner_unit(self) -> str:
        """Name the unit as it stands inside a sentence: its kind in small letters."""
        return inside(self.unit)


def head(writing: Writing, kind: str, document: Document) -> Head:
    """Give the head of a paper of a kind: BC, BB, TB, GM; its number and day as far as known.

    A number that another body gave is not the paper's own, and neither is its day.
    """
    letters = writing.letterhead
    if not is_of(document.number, kind, letters.symbol):
        document = Document()
    if writing.issuer is Issuer.PARTY:
        number = party_number(document.number, f"{kind}/{letters.symbol or OPEN}")
    else:
        number = numbered(document.number, f"{kind}-{letters.symbol or OPEN}")
    return Head(
        issuer=writing.issuer,
        superior=letters.superior,
        agency=[line for line in letters.agency.splitlines() if line.strip()],
        number=number,
        dated=f"{letters.place_of_issue or OPEN}, {long_day(document.day)}",
    )


def kept_with(writing: Writing, made: Head) -> str:
    """Tell which notice an annex belongs to, by the number and the day in its head."""
    told = _identified(writing, made)
    return gettext("(With notice No. %(number)s %(day)s of %(body)s)", **told)


def kept_with_report(writing: Writing, made: Head) -> str:
    """Tell which report an annex belongs to, by the number and the day in its head."""
    told = _identified(writing, made)
    return gettext("(With report No. %(number)s %(day)s of %(body)s)", **told)


def signature(writing: Writing) -> Signature:
    """Give the signature of whoever signs for the unit."""
    letters = writing.letterhead
    return Signature(letters.authority, letters.title, letters.signer)


def recipients(writing: Writing) -> list[str]:
    """Give the recipients, one a line."""
    return _lines(writing.letterhead.recipients)


def addressees(writing: Writing) -> list[str]:
    """Give the bodies above that a report is sent to."""
    return _lines(writing.letterhead.addressees)


def mark(*, is_fictional: bool) -> str:
    """Say of invented records that they are."""
    return gettext("INVENTED – data for demonstration") if is_fictional else ""


def day_of(facts: DialogueFacts) -> str:
    """Write the day of a dialogue."""
    return known_day(facts.dialogue.held_on, facts.dialogue.date_precision)


def said(writing: Writing, text: str, person: Sequence[str] = ("",)) -> list[str]:
    """Give the paragraphs of a text that anyone may read: nobody is named in it.

    `person` is all that is known of the names and telephones of who raised this very matter.
    """
    lines = paragraphs(without_person(text, *person))
    return [unnamed(line, person[0], writing.known) for line in lines]


def told(writing: Writing, text: str, person: Sequence[str] = ("",)) -> str:
    """Give a text in one line, with or without the citizen that it may name."""
    lines = paragraphs(text) if writing.with_names else said(writing, text, person)
    return " ".join(lines)


def who(writing: Writing, row: Raised) -> str:
    """Name who raised a petition, or tell only where they live."""
    if writing.with_names and row.citizen_name:
        return f"{written(row.citizen_name)}, {inside(row.place)}"
    if row.petitioner is Petitioner.GROUP:
        return gettext("Some households of %(place)s", place=inside(row.place))
    return gettext("A citizen of %(place)s", place=inside(row.place))


def paras(lines: Sequence[str]) -> list[Para]:
    """Give a paragraph a line; room to write in when there is none."""
    return [Para(line) for line in lines] or [Para("", room=3)]


def by(day: date | None) -> str:
    """Write until when something is to be done, as a table shows it."""
    return f"{day:%d/%m/%Y}" if day else OPEN


def speakers(facts: DialogueFacts) -> str:
    """Tell how often someone spoke and how much was raised: two numbers, never one.

    Nothing logged does not mean that nothing was raised.
    """
    return gettext(
        "%(speakers)s turns of speaking, %(petitions)s opinions and petitions",
        speakers=counted(facts.dialogue.speakers),
        petitions=counted(len(facts.raised) or None),
    )


def _identified(writing: Writing, made: Head) -> dict[str, str]:
    day = made.dated.partition(", ")[2]
    return {"number": made.number, "day": day, "body": writing.body}


def _lines(text: str) -> list[str]:
    return [line.strip().lstrip("-–").strip() for line in text.splitlines() if line.strip(" -–")]
