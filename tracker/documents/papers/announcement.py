"""The announcement of a dialogue to all, and the invitation to one guest."""

from collections.abc import Iterator

from tracker.core.i18n import gettext
from tracker.dialogues.lifecycle import Stage
from tracker.documents.papers.shared import (
    Writing,
    day_of,
    head,
    mark,
    recipients,
    signature,
)
from tracker.documents.queries.dialogue import DialogueFacts, Document
from tracker.documents.rules.blocks import Block, Paper, Para
from tracker.documents.rules.forms import hour, inside, or_open, written
from tracker.documents.rules.layout import Issuer


def announcement(writing: Writing, facts: DialogueFacts) -> Paper:
    """Say when, where, about what, and how anyone can take part."""
    return Paper(
        name="announcement",
        head=head(writing, gettext("NT"), facts.document(Stage.ANNOUNCED)),
        kind=gettext("NOTICE"),
        subject=gettext("A dialogue between %(body)s and the people", body=writing.head_of_it),
        blocks=list(_announced(writing, facts)),
        signatures=[signature(writing)],
        recipients=recipients(writing),
        mark=mark(is_fictional=facts.is_fictional),
    )


def invitation(writing: Writing, facts: DialogueFacts) -> Paper:
    """Ask one guest to come; the name is written in by hand."""
    blocks: list[Block] = [
        Para(
            "",
            lead=gettext("%(body)s kindly invites:", body=_capital(writing.head_of_it)),
            room=2,
        ),
        Para(
            gettext(
                "the dialogue between %(body)s and the people on “%(topic)s”.",
                body=writing.head_of_it,
                topic=written(facts.dialogue.topic),
            ),
            lead=gettext("To attend:"),
        ),
        Para(f"{or_open(written(facts.dialogue.chair))}.", lead=gettext("In the chair:")),
        *_when_and_where(facts),
        Para(gettext("We look forward to your being there.")),
    ]
    return Paper(
        name="invitation",
        head=head(writing, gettext("IN"), Document()),
        kind=gettext("INVITATION"),
        subject=gettext("To attend the dialogue with the people"),
        blocks=blocks,
        signatures=[signature(writing)],
        recipients=[gettext("As above;"), gettext("Kept: records office.")],
        mark=mark(is_fictional=facts.is_fictional),
    )


def _announced(writing: Writing, facts: DialogueFacts) -> Iterator[Block]:
    dialogue = facts.dialogue
    yield Para(_ground(writing), is_ground=True)
    yield Para(
        gettext(
            "%(body)s announces a dialogue with the people as follows:",
            body=_capital(writing.body),
        )
    )
    yield from _when_and_where(facts, numbered=True)
    yield Para(f"{written(dialogue.topic)}.", lead=gettext("3. Content:"))
    yield Para(f"{or_open(written(dialogue.chair))}.", lead=gettext("4. In the chair:"))
    yield Para(f"{or_open(written(dialogue.audience))}.", lead=gettext("5. Taking part:"))
    yield Para("", lead=gettext("6. How to take part and to send opinions beforehand:"), room=2)
    if dialogue.requested_by_voters:
        yield Para(
            gettext(
                "The dialogue is held because at least ten percent of the voters of the commune"
                " asked for it."
            )
        )
    yield Para(gettext("%(body)s asks all to know and to attend.", body=_capital(writing.body)))


def _when_and_where(facts: DialogueFacts, *, numbered: bool = False) -> Iterator[Block]:
    leads = (
        (gettext("1. Time:"), gettext("2. Venue:"))
        if numbered
        else (gettext("Time:"), gettext("Venue:"))
    )
    dialogue = facts.dialogue
    yield Para(f"{hour(dialogue.starts_at)}, {day_of(facts)}.", lead=leads[0])
    yield Para(f"{or_open(written(dialogue.venue))}, {inside(facts.place)}.", lead=leads[1])


def _ground(writing: Writing) -> str:
    if writing.issuer is Issuer.PARTY:
        return gettext(
            "Under regulation No. 11 of 18 February 2019 of the Politburo on the duty of"
            " the heads of Party committees to receive and hold dialogues with the people."
        )
    return gettext("Under the Law on the Organisation of Local Government No. 72/2025/QH15.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
