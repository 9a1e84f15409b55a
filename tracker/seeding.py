"""Seeds into tables; running it again changes nothing, also what people have edited since."""

import tomllib
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.calendar.service import seed_calendar, seed_limits
from tracker.commitments.models import Commitment
from tracker.commitments.service import (
    MoveRequest,
    NewCommitment,
    Person,
    make_commitment,
    move_commitment,
)
from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.resources import folder
from tracker.dialogues.lifecycle import Form, Stage
from tracker.dialogues.models import Category, Department, Dialogue
from tracker.dialogues.service import NewDialogue, log_dialogue
from tracker.ledger import service as ledger
from tracker.petitions.lifecycle import Channel, Kind
from tracker.petitions.models import Petition
from tracker.petitions.service import NewPetition, fill_ack_dates, log_petition
from tracker.places.models import Place
from tracker.places.rules import PlaceKind
from tracker.reports.models import PublishedFigure


def seed_all(session: Session) -> None:
    """Bring in places, lists, calendar and the article's cases that are not there yet."""
    seed_basics(session)
    seed_article(session)


def seed_basics(session: Session) -> None:
    """Bring in what every installation starts with."""
    with transaction(session):
        _seed_places(session, seed_file("places")["place"])
        _seed_list(session, Category, seed_file("categories")["category"])
        _seed_list(session, Department, seed_file("departments")["department"])
    seed_calendar(session)
    seed_clocks(session)


def seed_clocks(session: Session) -> None:
    """Bring in the limits of the law, and the day by which each citizen is to be answered."""
    seed_limits(session, seed_file("deadline_rules")["rule"])
    fill_ack_dates(session)


def seed_article(session: Session) -> None:
    """Bring in the newspaper's cases and figures; what it does not say stays unknown."""
    article = seed_file("article")
    name = article["source"]["name"]
    for row in article["dialogue"]:
        _seed_dialogue(session, row, name)
        for number, action in enumerate(row.get("follow_up", []), 1):
            _seed_promise(session, row, number, action, name)
    for row in article["petition"]:
        _seed_petition(session, row, name)
    with transaction(session):
        for row in article["figure"]:
            _seed_figure(session, row, name)


def seed_fictional_places(session: Session) -> None:
    """Bring in the invented commune and its villages, which no real installation has."""
    seed_places(session, seed_file("fictional")["place"])


def seed_places(session: Session, rows: list[dict[str, Any]]) -> None:
    """Bring in places that are not there yet, in the form of the seeds' files."""
    with transaction(session):
        _seed_places(session, rows)


def seed_file(name: str) -> dict[str, Any]:
    """Read one of the seeds' files."""
    return tomllib.loads((folder("seeds") / f"{name}.toml").read_text(encoding="utf-8"))


def place_id(session: Session, key: str) -> int:
    """Give the id of a seeded place by its key."""
    return session.scalars(select(Place.id).where(Place.key == key)).one()


def _seed_list(
    session: Session, kind: type[Category] | type[Department], rows: list[dict[str, Any]]
) -> None:
    kept = set(session.scalars(select(kind.code)))
    session.add_all(kind(**row) for row in rows if row["code"] not in kept)


def _seed_places(session: Session, rows: list[dict[str, Any]]) -> None:
    kept = {place.key: place for place in session.scalars(select(Place))}
    fresh = [row for row in rows if row["key"] not in kept]
    for row in fresh:
        place = Place(
            key=row["key"],
            name=row["name"],
            kind=PlaceKind(row["kind"]),
            gso_code=row.get("gso_code"),
            valid_from=row.get("valid_from"),
            valid_to=row.get("valid_to"),
            is_fictional=row.get("fictional", False),
            source=row["source"],
        )
        session.add(place)
        kept[place.key] = place
    session.flush()  # links name rows that may come later in the file
    for row in fresh:
        kept[row["key"]].parent_id = kept[row["parent"]].id if "parent" in row else None
        kept[row["key"]].successor_id = kept[row["successor"]].id if "successor" in row else None
    ledger.follow_places(session)


def _seed_dialogue(session: Session, row: dict[str, Any], name: str) -> None:
    mark = f"[{row['key']}]"  # the source's own words may be mended; the mark stays
    if session.scalar(select(Dialogue.id).where(Dialogue.source.endswith(mark))) is not None:
        return
    new = NewDialogue(
        form=Form(row["form"]),
        stage=Stage.HELD,
        topic=row["topic"],
        place_id=place_id(session, row["place"]),
        chair=row["chair"],
        audience=row.get("audience", ""),
        follow_up=_numbered(row.get("follow_up", [])),
        source=f"{name}: {row['source']} {mark}",
        **_outcome(row.get("outcome")),
    )
    log_dialogue(session, None, new)


def _numbered(actions: list[dict[str, str]]) -> str:
    return "\n".join(f"{number}. {action['text']}" for number, action in enumerate(actions, 1))


def _seed_promise(
    session: Session, row: dict[str, Any], number: int, action: dict[str, str], name: str
) -> None:
    """Keep what the dialogue was followed by as the chair's word; no day of it is told."""
    mark = f"[{row['key']}-{number}]"
    if session.scalar(select(Commitment.id).where(Commitment.source.endswith(mark))) is not None:
        return
    dialogue = session.scalar(select(Dialogue).where(Dialogue.source.endswith(f"[{row['key']}]")))
    if dialogue is None:
        return
    new = NewCommitment(
        place_id=dialogue.place_id,
        dialogue_id=dialogue.id,
        promise=action["text"],
        promised_by=Person(row["chair"]),
        handler=Person(action.get("handler", "")),
        source=f"{name}: {action['source']} {mark}",
    )
    commitment = make_commitment(session, None, new)
    outcome = row.get("outcome", {})
    if "promises_kept" not in outcome:
        return
    # The last day by which it is known to have been done, no more exactly than the source tells.
    kept = MoveRequest(
        "keep",
        happened_on=date(outcome["year"], 1, 1),
        happened_precision=Precision(outcome["precision"]),
        note=outcome["promises_kept"],
        document_number=outcome["proof"],
    )
    move_commitment(session, None, commitment, kept)


def _outcome(outcome: dict[str, Any] | None) -> dict[str, Any]:
    if outcome is None:
        return {}
    return {
        "outcome": outcome["text"],
        "outcome_on": date(outcome["year"], 1, 1),
        "outcome_precision": Precision(outcome["precision"]),
    }


def _seed_petition(session: Session, row: dict[str, Any], name: str) -> None:
    mark = f"[{row['key']}]"
    if session.scalar(select(Petition.id).where(Petition.source.endswith(mark))) is not None:
        return
    category_id = session.scalars(select(Category.id).where(Category.code == row["category"])).one()
    new = NewPetition(
        place_id=place_id(session, row["place"]),
        category_id=category_id,
        channel=Channel.PRESS,
        kind=Kind.FEEDBACK,
        content=row["content"],
        people=None,
        date_precision=Precision(row["date_precision"]),
        source=f"{name}: {row['source']} {mark}",
    )
    log_petition(session, None, new)


def _seed_figure(session: Session, row: dict[str, Any], name: str) -> None:
    if session.scalar(select(PublishedFigure.id).where(PublishedFigure.key == row["key"])) is None:
        figure = PublishedFigure(
            key=row["key"],
            place_id=place_id(session, row["place"]),
            label_vi=row["label_vi"],
            label_en=row["label_en"],
            qualifier=row["qualifier"],
            value=row["value"],
            source=f"{name}: {row['source']}",
        )
        session.add(figure)
