"""The minutes of a dialogue."""

from collections.abc import Iterator

from tracker.core.i18n import gettext
from tracker.documents.papers.shared import (
    Writing,
    by,
    day_of,
    head,
    mark,
    paras,
    said,
    speakers,
    told,
    who,
)
from tracker.documents.queries.dialogue import DialogueFacts, Document, Raised
from tracker.documents.rules.blocks import Block, Heading, Paper, Para, Signature
from tracker.documents.rules.forms import (
    counted,
    hour,
    inside,
    or_open,
    paragraphs,
    person_in,
    written,
)


def minutes(writing: Writing, facts: DialogueFacts) -> Paper:
    """Write down who met when and where, what was said, and what the chair concluded."""
    dialogue = facts.dialogue
    return Paper(
        name="minutes",
        head=head(writing, gettext("MN"), Document()),
        kind=gettext("MINUTES"),
        subject=gettext(
            "Dialogue between %(body)s and the people\nTopic: %(topic)s",
            body=writing.head_of_it,
            topic=written(dialogue.topic),
        ),
        blocks=[*_facts(facts), *_course(writing, facts), *_end(facts)],
        signatures=[
            Signature("", gettext("SECRETARY OF THE MEETING"), person_in(dialogue.secretary)),
            Signature("", gettext("CHAIR OF THE MEETING"), person_in(dialogue.chair)),
        ],
        mark=mark(is_fictional=facts.is_fictional),
        foot=writing.foot,
    )


def _facts(facts: DialogueFacts) -> Iterator[Block]:
    dialogue = facts.dialogue
    began = f"{hour(dialogue.starts_at)}, {day_of(facts)}."
    yield Para(began, lead=gettext("Began at:"))
    where = f"{or_open(written(dialogue.venue))}, {inside(facts.place)}."
    yield Para(where, lead=gettext("Venue:"))
    yield Para(
        gettext(
            "%(audience)s. Invited: %(invited)s; present: %(present)s.",
            audience=or_open(written(dialogue.audience)),
            invited=counted(dialogue.invited),
            present=counted(dialogue.present),
        ),
        lead=gettext("Taking part:"),
    )
    yield Para(f"{or_open(written(dialogue.chair))}.", lead=gettext("In the chair:"))
    secretary = f"{or_open(written(dialogue.secretary))}."
    yield Para(secretary, lead=gettext("Secretary (keeping the minutes):"))


def _course(writing: Writing, facts: DialogueFacts) -> Iterator[Block]:
    yield Heading(gettext("I. COURSE OF THE DIALOGUE"))
    text = facts.dialogue.minutes
    yield from paras(paragraphs(text) if writing.with_names else said(writing, text))
    yield Heading(gettext("II. OPINIONS AND PETITIONS OF THE PEOPLE, AND ANSWERS"))
    yield Para(gettext("There were %(spoken)s.", spoken=speakers(facts)))
    for number, row in enumerate(facts.raised, start=1):
        yield from _raised(writing, number, row)
    yield Heading(gettext("III. CONCLUSIONS OF THE CHAIR"))
    yield from paras(said(writing, facts.dialogue.conclusion))
    if facts.promised:
        yield Para("", lead=gettext("Commitments made at the dialogue:"))
    for promise in facts.promised:
        text = told(writing, promise.promise, promise.person).rstrip(".")
        due = gettext("by %(day)s", day=by(promise.due_on)) if promise.due_on else ""
        yield Para(f"- {promise.promised_by}: {text}{f' ({due})' if due else ''}.")


def _raised(writing: Writing, number: int, row: Raised) -> Iterator[Block]:
    content = told(writing, row.content, row.person)
    yield Para(content, lead=f"{number}. {who(writing, row)}:")
    answer = told(writing, row.answer, row.person)
    yield Para(answer, lead=gettext("Answer at the dialogue:"), room=0 if answer else 2)


def _end(facts: DialogueFacts) -> Iterator[Block]:
    yield Para(
        gettext(
            "The dialogue ended at %(hour)s, %(day)s.",
            hour=hour(""),
            day=day_of(facts),
        )
    )
