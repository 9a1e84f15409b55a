"""What the pages of papers share: as whom and for whom, writing down, and the journal's note."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_user
from tracker.core.errors import NotAllowed
from tracker.core.i18n import gettext, speaking
from tracker.core.web import db_session, download, own_session
from tracker.documents.papers import Writing
from tracker.documents.queries.letterheads import (
    PAPERS_IN,
    letterhead_of,
    template_content,
    unit_of,
    usual_issuer,
)
from tracker.documents.rules.blocks import Paper
from tracker.documents.rules.forms import OPEN, ended
from tracker.documents.rules.heads import addressed, nation_lines
from tracker.documents.rules.layout import LAYOUTS, Issuer
from tracker.documents.word import MEDIA_TYPE, written_down
from tracker.journal import service as journal
from tracker.petitions.lifecycle import Profile
from tracker.petitions.views.blueprint import may_take_names, taken_out_by
from tracker.places.models import Place
from tracker.places.rules import PlaceKind

bp = Blueprint("documents", __name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """As whom and for whom a paper is asked; what is not said is as usual."""

    unit: Place
    issuer: Issuer
    profile: Profile

    @property
    def arguments(self) -> dict[str, Any]:
        """Give what stands for it in an address."""
        return {"issuer": str(self.issuer), "profile": str(self.profile)}


def asked_for(place_id: int, *, has_names: bool) -> Asked:
    """Read as whom and for whom the paper is; names only for those who may see them."""
    session = db_session()
    unit = unit_of(session, place_id)
    issuers = {str(issuer): issuer for issuer in Issuer}
    issuer = issuers.get(request.args.get("issuer", "")) or usual_issuer(session, unit)
    wants_names = request.args.get("profile") == Profile.INTERNAL and has_names
    if wants_names and not may_take_names():
        raise NotAllowed("Your role does not see who raised a petition.")
    return Asked(unit, issuer, Profile.INTERNAL if wants_names else Profile.PUBLIC)


def written_as(asked: Asked) -> Writing:
    """Give what every paper of the unit is written with, in the language of papers."""
    with_names = asked.profile is Profile.INTERNAL
    foot = ""
    if with_names:
        foot = taken_out_by(current_user().full_name)
    letters = letterhead_of(db_session(), asked.unit, asked.issuer)
    name = OPEN if asked.unit.kind is PlaceKind.REGISTER else asked.unit.name
    return Writing(asked.issuer, letters, name, with_names, foot)


def in_papers_language(compose: Callable[[], Paper]) -> Paper:
    """Read the facts and write the paper in the language of papers, whatever the screen speaks."""
    with speaking(PAPERS_IN):
        return compose()


def body_of(paper: Paper, template: bytes | None) -> bytes:
    """Write a paper down as a Word file, on the unit's own template where it has one."""
    with speaking(PAPERS_IN):
        return written_down(paper, template)


def paper_answer(paper: Paper, asked: Asked, subject: str, stem: str, told: str) -> Response:
    """Write a paper down and answer with the file; before it leaves, the journal knows."""
    body = body_of(paper, template_content(db_session(), asked.unit, asked.issuer))
    _note(asked, subject, told)
    invented = "-hu-cau" if paper.mark else ""
    inside = "-noi-bo" if asked.profile is Profile.INTERNAL else ""
    return download(body, MEDIA_TYPE, f"{stem}{invented}{inside}.docx")


def _note(asked: Asked, subject: str, told: str) -> None:
    detail = "; ".join([f"{name}={text}" for name, text in asked.arguments.items()] + [told])
    with own_session(read_only=False) as writing:
        journal.note_export(writing, current_user(), subject, detail.rstrip("; "))


def preview(paper: Paper, asked: Asked, subject: str, told: str, **more: Any) -> str:
    """Show a paper on the screen before it is taken out; with names, the journal knows of it too.

    Whoever reads the names of many on a screen has them as much as whoever takes the file.
    """
    if asked.profile is Profile.INTERNAL:
        _note(asked, subject, told)
    with speaking(PAPERS_IN):
        around = {
            "number_begins": gettext(LAYOUTS[paper.head.issuer].number_begins),
            "nation": nation_lines(paper.head.issuer),
            "addressed": addressed(paper.addressees),
            "recipients_word": gettext("Recipients:"),
        }
    return render_template(
        "documents/preview.html",
        paper=paper,
        **around,
        ended=ended,
        asked=asked,
        issuers=list(Issuer),
        profiles=list(Profile) if may_take_names() else [Profile.PUBLIC],
        **more,
    )
