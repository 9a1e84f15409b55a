"""The results of a dialogue as they are published: nobody who raised something is named."""

from collections import Counter
from collections.abc import Iterator, Sequence

from tracker.commitments.queries.agenda import PETITION_WORDS
from tracker.core.i18n import gettext, say
from tracker.dialogues.lifecycle import Stage
from tracker.documents.papers.shared import (
    Writing,
    by,
    day_of,
    head,
    kept_with,
    mark,
    recipients,
    said,
    signature,
    speakers,
)
from tracker.documents.queries.dialogue import DialogueFacts, Raised
from tracker.documents.rules.blocks import Align, Annex, Block, Column, Heading, Paper, Para, Table
from tracker.documents.rules.forms import OPEN, counted, in_one
from tracker.petitions.lifecycle import Group


def results(writing: Writing, facts: DialogueFacts) -> Paper:
    """Tell matter by matter what became of what the people raised; always the public profile."""
    made = head(writing, gettext("NT"), facts.document(Stage.PUBLISHED))
    note = kept_with(writing, made)
    title = gettext("RESULTS, MATTER BY MATTER")
    table = Table(_columns(), list(_rows(writing, facts)))
    return Paper(
        name="results",
        head=made,
        kind=gettext("NOTICE"),
        subject=gettext(
            "Results of resolving the opinions and petitions of the people at the dialogue of"
            " %(day)s",
            day=in_one(day_of(facts)),
        ),
        blocks=list(_blocks(writing, facts)),
        signatures=[signature(writing)],
        recipients=recipients(writing),
        annexes=[Annex(gettext("ANNEX"), title, note, table)] if facts.raised else [],
        mark=mark(is_fictional=facts.is_fictional),
    )


def _blocks(writing: Writing, facts: DialogueFacts) -> Iterator[Block]:
    yield Para(
        gettext(
            "%(body)s publishes the results of resolving what the people raised at the dialogue of"
            " %(day)s (%(spoken)s) as follows:",
            body=writing.body[:1].upper() + writing.body[1:],
            day=day_of(facts),
            spoken=speakers(facts),
        )
    )
    yield Heading(gettext("1. Overview"))
    groups = Counter(row.group for row in facts.raised)
    for group in Group:
        if groups[group]:
            word = gettext(PETITION_WORDS[group])
            count = gettext("%(count)s opinions and petitions", count=counted(groups[group]))
            yield Para(f"- {word}: {count}.")
    if not facts.raised:
        yield Para(gettext("No opinion or petition was raised at the dialogue."))
    yield Heading(gettext("2. Commitments made at the dialogue"))
    promised = [_promise(writing, facts, at) for at in range(len(facts.promised))]
    yield from (Para(line) for line in promised)
    if not promised:
        yield Para(gettext("No commitment was made at the dialogue."))
    if facts.raised:
        yield Heading(gettext("3. The single matters"))
        yield Para(gettext("Matter by matter the results stand in the annex."))


def _promise(writing: Writing, facts: DialogueFacts, at: int) -> str:
    row = facts.promised[at]
    text = " ".join(said(writing, row.promise, row.person)).rstrip(".")
    due = gettext("by %(day)s", day=by(row.due_on)) if row.due_on else ""
    told = "; ".join(part for part in (due, say(row.state).lower()) if part)
    return f"- {row.promised_by}: {text} ({told})."


def _columns() -> list[Column]:
    return [
        Column(gettext("No."), 4, Align.CENTRE),
        Column(gettext("Content of the opinion or petition"), 32),
        Column(gettext("Category"), 11),
        Column(gettext("Unit in charge"), 14),
        Column(gettext("Result"), 29),
        Column(gettext("Time limit"), 10, Align.CENTRE),
    ]


def _rows(writing: Writing, facts: DialogueFacts) -> Iterator[Sequence[str]]:
    for number, row in enumerate(facts.raised, start=1):
        yield (
            str(number),
            " ".join(said(writing, row.content, row.person)),
            row.category,
            row.department or OPEN,
            _result(writing, row),
            by(row.due_on)
            if row.ended_on is None
            else gettext("ended on %(day)s", day=by(row.ended_on)),
        )


def _result(writing: Writing, row: Raised) -> str:
    word = gettext(PETITION_WORDS[row.group])
    document = f" ({row.latest_document})" if row.latest_document else ""
    note = " ".join(said(writing, row.latest_note, row.person))
    return f"{word}{document}. {note}".strip()
