"""Seeds into tables; running it again changes nothing."""

import tomllib
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.core.dates import Precision
from tracker.core.db import transaction
from tracker.core.resources import folder
from tracker.dialogues.lifecycle import Form, Stage
from tracker.dialogues.models import Category, Department, Dialogue
from tracker.dialogues.service import NewDialogue, log_dialogue
from tracker.petitions.lifecycle import Channel, Kind
from tracker.petitions.models import Petition
from tracker.petitions.service import NewPetition, log_petition
from tracker.places.models import Place
from tracker.places.rules import PlaceKind


def seed_all(session: Session) -> None:
    """Bring in places, categories, departments and the article's cases that are not there yet."""
    seed_basics(session)
    seed_article(session)


def seed_basics(session: Session) -> None:
    """Bring in what every installation starts with."""
    with transaction(session):
        _seed_places(session, _rows("places", "place"))
        for row in _rows("categories", "category"):
            if session.scalar(select(Category.id).where(Category.code == row["code"])) is None:
                session.add(Category(**row))
        for row in _rows("departments", "department"):
            if session.scalar(select(Department.id).where(Department.code == row["code"])) is None:
                session.add(Department(**row))


def seed_article(session: Session) -> None:
    """Bring in the newspaper's cases; what it does not say stays unknown."""
    source = _article()["source"]["name"]
    for row in _article()["dialogue"]:
        _seed_dialogue(session, row, f"{source} [{row['key']}]")
    for row in _article()["petition"]:
        _seed_petition(session, row, f"{source} [{row['key']}]")


def published_figures() -> list[dict[str, Any]]:
    """Give the article's aggregates; they stand beside the register and are never rows in it."""
    figures: list[dict[str, Any]] = _article()["figure"]
    return figures


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


def _seed_dialogue(session: Session, row: dict[str, Any], source: str) -> None:
    if session.scalar(select(Dialogue.id).where(Dialogue.source == source)) is not None:
        return
    new = NewDialogue(
        form=Form.UNKNOWN,
        stage=Stage.HELD,
        topic=row["topic"],
        place_id=_place_id(session, row["place"]),
        chair=row["chair"],
        audience=row["audience"],
        conclusion=row["conclusion"],
        source=source,
    )
    log_dialogue(session, None, new)


def _seed_petition(session: Session, row: dict[str, Any], source: str) -> None:
    if session.scalar(select(Petition.id).where(Petition.source == source)) is not None:
        return
    category_id = session.scalars(select(Category.id).where(Category.code == row["category"])).one()
    new = NewPetition(
        place_id=_place_id(session, row["place"]),
        category_id=category_id,
        channel=Channel.PRESS,
        kind=Kind.FEEDBACK,
        content=row["content"],
        people=None,
        date_precision=Precision.UNKNOWN,
        source=source,
    )
    log_petition(session, None, new)


def _place_id(session: Session, key: str) -> int:
    return session.scalars(select(Place.id).where(Place.key == key)).one()


def _article() -> dict[str, Any]:
    return tomllib.loads((folder("seeds") / "article.toml").read_text(encoding="utf-8"))


def _rows(file: str, table: str) -> list[dict[str, Any]]:
    text = (folder("seeds") / f"{file}.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)[table]
    return rows
