"""The papers of a dialogue: each to look at first, and as a Word file."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, requires
from tracker.accounts.permissions import Permission
from tracker.core.errors import TrackerError
from tracker.core.i18n import N_
from tracker.core.web import db_session
from tracker.dialogues.lifecycle import HAPPENED, UPCOMING, Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.views.blueprint import asked_dialogue
from tracker.documents import papers
from tracker.documents.papers import Writing
from tracker.documents.queries.dialogue import DialogueFacts, dialogue_facts
from tracker.documents.rules.blocks import Paper
from tracker.documents.views.blueprint import (
    Asked,
    asked_for,
    bp,
    in_papers_language,
    paper_answer,
    preview,
    written_as,
)


class NotWritten(TrackerError):
    """The register does not hold what the paper would tell."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One paper of a dialogue: at which stages the register holds what it tells."""

    name: str
    label: str
    purpose: str
    stem: str
    stages: frozenset[Stage]
    write: Callable[[Writing, DialogueFacts], Paper]
    has_names: bool = False


OFFERS = {
    offer.name: offer
    for offer in (
        Offer(
            "announcement",
            N_("Announcement of the dialogue"),
            N_("Time, venue and content, for everyone, at least seven days before."),
            "thong-bao-doi-thoai",
            UPCOMING | HAPPENED,
            papers.announcement,
        ),
        Offer(
            "invitation",
            N_("Invitation"),
            N_("One sheet for each guest; the name is written in by hand."),
            "giay-moi",
            UPCOMING,
            papers.invitation,
        ),
        Offer(
            "minutes",
            N_("Minutes"),
            N_("Who met, what was raised and answered, what was concluded; two signatures."),
            "bien-ban",
            HAPPENED,
            papers.minutes,
            has_names=True,
        ),
        Offer(
            "conclusions",
            N_("Notice of conclusions"),
            N_("Matter by matter: who is in charge, who cooperates, until when, who watches."),
            "thong-bao-ket-luan",
            HAPPENED,
            papers.conclusions,
        ),
        Offer(
            "results",
            N_("Published results"),
            N_("What became of each matter, with nobody's name in it."),
            "ket-qua-giai-quyet",
            HAPPENED,
            papers.results,
        ),
    )
}


def offered(dialogue: Dialogue) -> list[Offer]:
    """Give the papers that can be written of a dialogue as it stands."""
    if is_of_others(dialogue):
        return []
    return [offer for offer in OFFERS.values() if dialogue.stage in offer.stages]


def is_of_others(dialogue: Dialogue) -> bool:
    """Tell whether a dialogue is known from a source alone: whoever held it has its papers."""
    return bool(dialogue.source) and not dialogue.place.is_fictional


@bp.get("/dialogues/<code>/announcement", defaults={"name": "announcement"})
@bp.get("/dialogues/<code>/invitation", defaults={"name": "invitation"})
@bp.get("/dialogues/<code>/minutes", defaults={"name": "minutes"})
@bp.get("/dialogues/<code>/conclusions", defaults={"name": "conclusions"})
@bp.get("/dialogues/<code>/results", defaults={"name": "results"})
@requires(Permission.EXPORT)
def look(code: str, name: str) -> Any:
    """Show a paper as it would be written, with what is still open in it."""
    dialogue, offer = _asked(code, name)
    asked = asked_for(dialogue.place_id, has_names=offer.has_names)
    paper, facts = _paper(dialogue, offer, asked)
    return preview(
        paper,
        asked,
        f"dialogues/{code}/{name}",
        _told(facts),
        title=offer.label,
        has_names=offer.has_names,
        back=(url_for("dialogues.one", code=code), code),
        here=lambda **given: url_for(
            "documents.look", code=code, name=name, **asked.arguments | given
        ),
        file=url_for("documents.paper", code=code, name=name, **asked.arguments),
    )


@bp.get("/dialogues/<code>/announcement.docx", defaults={"name": "announcement"})
@bp.get("/dialogues/<code>/invitation.docx", defaults={"name": "invitation"})
@bp.get("/dialogues/<code>/minutes.docx", defaults={"name": "minutes"})
@bp.get("/dialogues/<code>/conclusions.docx", defaults={"name": "conclusions"})
@bp.get("/dialogues/<code>/results.docx", defaults={"name": "results"})
@requires(Permission.EXPORT)
def paper(code: str, name: str) -> Response:
    """Give a paper as a Word file."""
    dialogue, offer = _asked(code, name)
    asked = asked_for(dialogue.place_id, has_names=offer.has_names)
    written, facts = _paper(dialogue, offer, asked)
    subject = f"dialogues/{code}/{name}.docx"
    return paper_answer(written, asked, subject, f"{offer.stem}-{code}", _told(facts))


def _told(facts: DialogueFacts) -> str:
    return f"{len(facts.raised)} petitions"


def _asked(code: str, name: str) -> tuple[Dialogue, Offer]:
    dialogue, offer = asked_dialogue(code), OFFERS[name]
    if is_of_others(dialogue):
        raise NotWritten(
            "This dialogue is known from a source alone; its papers are those of whoever held it."
        )
    if dialogue.stage not in offer.stages:
        raise NotWritten(
            "This paper cannot be written of a dialogue that stands at “%(stage)s”.",
            stage=dialogue.stage,
        )
    return dialogue, offer


def _paper(dialogue: Dialogue, offer: Offer, asked: Asked) -> tuple[Paper, DialogueFacts]:
    read: list[DialogueFacts] = []

    def compose() -> Paper:
        read.append(dialogue_facts(db_session(), current_scope().ids, dialogue))
        return offer.write(replace(written_as(asked), known=read[0].known), read[0])

    return in_papers_language(compose), read[0]
