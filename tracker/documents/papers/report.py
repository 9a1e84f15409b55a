"""The report on the results of resolving opinions and petitions; its numbers are the page's."""

from collections.abc import Iterator
from datetime import date

from tracker.core.clock import shown_date
from tracker.core.i18n import gettext
from tracker.documents.papers.report_annexes import (
    annexes,
    line_name,
    plain_number,
)
from tracker.documents.papers.shared import (
    Writing,
    addressees,
    head,
    mark,
    paras,
    recipients,
    signature,
)
from tracker.documents.queries.dialogue import Document
from tracker.documents.queries.report import ReportFacts
from tracker.documents.rules.blocks import Align, Block, Column, Heading, Paper, Para, Table
from tracker.documents.rules.forms import OPEN, counted, inside
from tracker.places.rules import PlaceKind
from tracker.reports.columns import line_header
from tracker.reports.rules import Line, shown_share


def report(writing: Writing, facts: ReportFacts, period: str, proof: str = "") -> Paper:
    """Tell what was held and received, what came of it, and leave room for the clerk's own words.

    `period` is how the period is called inside a sentence, `proof` what a report that is sent says
    of how it was kept.
    """
    made = head(writing, gettext("RP"), Document())
    return Paper(
        name="resolution",
        head=made,
        kind=gettext("REPORT"),
        subject=gettext(
            "Results of resolving the opinions and petitions of the people, %(period)s",
            period=period,
        ),
        addressees=addressees(writing),
        blocks=list(_blocks(facts, period)),
        signatures=[signature(writing)],
        recipients=recipients(writing),
        annexes=list(annexes(writing, facts, made, proof)),
        mark=mark(is_fictional=bool(facts.report.fictional)),
        foot=writing.foot,
    )


def _blocks(facts: ReportFacts, period: str) -> Iterator[Block]:
    report, numbers = facts.report, facts.report.total
    yield Heading(gettext("I. DIALOGUES HELD AND PETITIONS RECEIVED"))
    yield Para(_held(facts, period))
    yield Para(
        gettext(
            "Carried over from the period before: %(carried)s; received in the period: "
            "%(received)s; reopened: %(reopened)s; to be resolved in all: %(all)s.",
            carried=counted(numbers.carried_over),
            received=counted(numbers.received),
            reopened=counted(numbers.reopened),
            all=counted(numbers.to_do),
        )
    )
    if facts.beside.without_day:
        yield Para(
            gettext(
                "Besides, %(count)s petitions of a day not known are counted in no period.",
                count=counted(facts.beside.without_day),
            )
        )
    if facts.typed_by:
        yield Para(
            gettext(
                "The figures are those that had been typed by the end of %(day)s.",
                day=shown_date(facts.typed_by),
            )
        )
    yield Heading(gettext("II. RESULTS"))
    yield from _results(numbers, report.period.end)
    yield _table(facts)
    yield Para("", lead=gettext("Typical matters:"), room=2)
    yield Heading(gettext("III. SHORTCOMINGS AND THEIR CAUSES"))
    yield from paras([])
    yield Heading(gettext("IV. TASKS AND SOLUTIONS; PROPOSALS"))
    yield from paras([])


def _held(facts: ReportFacts, period: str) -> str:
    held = facts.beside.dialogues
    told = [
        gettext(
            "In the period (%(period)s, counted from %(start)s to %(end)s) %(place)s held"
            " %(count)s dialogues",
            period=period,
            start=shown_date(facts.report.period.start),
            end=shown_date(facts.report.period.end),
            place=_where(facts),
            count=counted(held.count),
        ),
        gettext("people present: %(count)s", count=_sum(held.present, held.present_unknown)),
        gettext("turns of speaking: %(count)s", count=_sum(held.speakers, held.speakers_unknown)),
    ]
    return "; ".join(told) + "."


def _where(facts: ReportFacts) -> str:
    """Name the place of the report; the whole register is no unit that could report."""
    place = facts.report.place
    return OPEN if place.kind is PlaceKind.REGISTER else inside(place.name)


def _sum(known: int, unknown: int) -> str:
    """Write a sum; what is not known of some dialogues is said, never counted as nothing."""
    if not unknown:
        return counted(known)
    return gettext(
        "%(count)s (not known of %(dialogues)s dialogues)",
        count=counted(known),
        dialogues=counted(unknown),
    )


def _results(numbers: Line, end: date) -> Iterator[Block]:
    yield Para(_resolved(numbers))
    yield Para(
        gettext(
            "- Explained and answered: %(explained)s; transferred to the body in charge:"
            " %(transferred)s; declined: %(declined)s; withdrawn: %(withdrawn)s; joined to"
            " another: %(joined)s.",
            **{
                name: counted(getattr(numbers, name))
                for name in ("explained", "transferred", "declined", "withdrawn", "joined")
            },
        )
    )
    yield Para(
        gettext(
            "- Outstanding at the end of %(day)s: %(outstanding)s, of which in time %(in_time)s,"
            " late %(late)s, with no time limit set %(undated)s.",
            day=f"{end:%d/%m/%Y}",
            **{
                name: counted(getattr(numbers, name))
                for name in ("outstanding", "in_time", "late", "undated")
            },
        )
    )


def _resolved(numbers: Line) -> str:
    """Tell how many were resolved; of nothing that ended there is no share."""
    resolved = counted(numbers.resolved)
    if numbers.resolved_share is None:
        return gettext("- Resolved: %(resolved)s.", resolved=resolved)
    return gettext(
        "- Resolved: %(resolved)s (%(share)s of all that ended).",
        resolved=resolved,
        share=shown_share(numbers.resolved_share),
    )


def _table(facts: ReportFacts) -> Table:
    """Give the short table of the text; the whole one is the first annex."""
    columns = [
        Column(line_header(facts.report.cut), 34),
        *(
            Column(header, 11, Align.RIGHT)
            for header in (
                gettext("To be resolved"),
                gettext("Resolved"),
                gettext("Explained, answered"),
                gettext("Ended otherwise"),
                gettext("Outstanding"),
                gettext("of which late"),
            )
        ),
    ]
    rows = [(line_name(line), *_short(line.numbers)) for line in facts.report.lines]
    return Table(columns, rows, (gettext("Total"), *_short(facts.report.total)))


def _short(numbers: Line) -> list[str]:
    otherwise = numbers.ended_otherwise - numbers.explained
    shown = (numbers.to_do, numbers.resolved, numbers.explained, otherwise)
    return [plain_number(number) for number in (*shown, numbers.outstanding, numbers.late)]
