"""The notice of what the chair of a dialogue concluded, with who does what until when."""

from collections.abc import Iterator, Sequence

from tracker.core.i18n import gettext
from tracker.dialogues.lifecycle import Stage
from tracker.documents.papers.shared import (
    Writing,
    by,
    day_of,
    head,
    kept_with,
    mark,
    paras,
    recipients,
    said,
    signature,
    speakers,
    told,
)
from tracker.documents.queries.dialogue import DialogueFacts
from tracker.documents.rules.blocks import Align, Annex, Block, Column, Heading, Paper, Para, Table
from tracker.documents.rules.forms import OPEN, in_one, or_open, written


def conclusions(writing: Writing, facts: DialogueFacts) -> Paper:
    """Say what was concluded in general, and per matter who is in charge, until when."""
    dialogue = facts.dialogue
    made = head(writing, gettext("NT"), facts.document(Stage.CONCLUDED))
    rows = [*_matters(writing, facts), *_promises(writing, facts)]
    label = gettext("ANNEX")
    note = kept_with(writing, made)
    title = gettext("WHO SETTLES THE OPINIONS AND PETITIONS RAISED AT THE DIALOGUE")
    return Paper(
        name="conclusions",
        head=made,
        kind=gettext("NOTICE"),
        subject=gettext(
            "Conclusions of %(chair)s at the dialogue of %(day)s",
            chair=or_open(written(dialogue.chair)),
            day=in_one(day_of(facts)),
        ),
        blocks=list(_blocks(writing, facts, has_annex=bool(rows))),
        signatures=[signature(writing)],
        recipients=recipients(writing),
        annexes=[Annex(label, title, note, Table(_columns(), rows))] if rows else [],
        mark=mark(is_fictional=facts.is_fictional),
        foot=writing.foot,
    )


def _blocks(writing: Writing, facts: DialogueFacts, *, has_annex: bool) -> Iterator[Block]:
    dialogue = facts.dialogue
    yield Para(
        gettext(
            "On %(day)s, at %(venue)s, %(chair)s chaired the dialogue between %(body)s and the"
            " people on “%(topic)s”. After hearing %(spoken)s, %(chair)s concluded as follows:",
            day=day_of(facts),
            venue=or_open(written(dialogue.venue)),
            chair=or_open(written(dialogue.chair)),
            body=writing.head_of_it,
            topic=written(dialogue.topic),
            spoken=speakers(facts),
        )
    )
    yield Heading(gettext("1. General conclusions"))
    yield from paras(said(writing, dialogue.conclusion))
    yield Heading(gettext("2. The single matters"))
    if has_annex:
        yield Para(
            gettext(
                "Who is in charge, who cooperates, until when, and who watches over it is told"
                " matter by matter in the annex to this notice."
            )
        )
    else:
        yield from paras([])
    yield Heading(gettext("3. Carrying it out"))
    yield from paras(said(writing, dialogue.follow_up))
    yield Para(
        gettext(
            "The units in charge carry this out and report their results to %(body)s.",
            body=writing.body,
        )
    )


def _columns() -> list[Column]:
    return [
        Column(gettext("No."), 4, Align.CENTRE),
        Column(gettext("Content of the opinion or petition"), 26),
        Column(gettext("Conclusion"), 22),
        Column(gettext("Unit in charge"), 13),
        Column(gettext("Cooperating units"), 12),
        Column(gettext("Time limit"), 10, Align.CENTRE),
        Column(gettext("Who watches over it"), 13),
    ]


def _matters(writing: Writing, facts: DialogueFacts) -> Iterator[Sequence[str]]:
    for number, row in enumerate(facts.raised, start=1):
        promised = [told(writing, promise, row.person) for promise in row.promises]
        concluded = "\n".join(promised) or told(writing, row.answer, row.person)
        yield (
            str(number),
            told(writing, row.content, row.person),
            concluded or OPEN,
            row.department or OPEN,
            row.cooperating or OPEN,
            by(row.due_on),
            row.monitor or OPEN,
        )


def _promises(writing: Writing, facts: DialogueFacts) -> Iterator[Sequence[str]]:
    """Give what was promised on no single petition."""
    raised = {row.code for row in facts.raised}
    free = [row for row in facts.promised if row.petition_code not in raised]
    for number, row in enumerate(free, start=len(facts.raised) + 1):
        yield (
            str(number),
            gettext("Commitment of %(leader)s at the dialogue", leader=written(row.promised_by)),
            told(writing, row.promise, row.person),
            row.department or OPEN,
            row.supporting or OPEN,
            by(row.due_on),
            row.monitor or OPEN,
        )
