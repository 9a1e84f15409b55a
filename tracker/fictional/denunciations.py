"""Two invented denunciations, kept apart for one person of the demonstration to look at."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.queries import person_named
from tracker.core import clock
from tracker.core.sealing import Sealer
from tracker.denunciations.lifecycle import Way
from tracker.denunciations.models import Denunciation, DenunciationTaker
from tracker.denunciations.service import (
    Identity,
    MoveRequest,
    NewDenunciation,
    move_denunciation,
    receive_denunciation,
)
from tracker.denunciations.service.takers import seed_taker
from tracker.seeding import place_id, seed_file


def make_denunciations(session: Session, sealer: Sealer) -> None:
    """Make them once; asked again, it changes nothing."""
    told = seed_file("fictional_denunciations")
    leader = person_named(session, told["leader"])
    made = select(Denunciation.id).where(Denunciation.source == told["source"]).limit(1)
    if leader is None or session.scalar(made) is not None:
        return
    takes = select(DenunciationTaker.id).where(DenunciationTaker.user_id == leader.id).limit(1)
    if session.scalar(takes) is None:
        seed_taker(session, leader)
    home_id = place_id(session, told["place"])
    for row in told["denunciation"]:
        _make(session, sealer, leader, home_id, told["source"], row)


def _make(
    session: Session,
    sealer: Sealer,
    leader: User,
    home_id: int,
    source: str,
    row: dict[str, object],
) -> None:
    received_on = clock.today() - timedelta(days=int(str(row["days_ago"])))
    new = NewDenunciation(
        place_id=home_id,
        received_on=received_on,
        way=Way(str(row["way"])),
        accused=str(row["accused"]),
        content=str(row["content"]),
        is_anonymous="name" not in row,
        identity=Identity(*(str(row.get(fact, "")) for fact in ("name", "phone", "address"))),
        leader_id=leader.id,
        source=source,
    )
    denunciation = receive_denunciation(session, sealer, leader, new)
    moves = row.get("moves", [])
    assert isinstance(moves, list)
    for move in moves:
        asked = MoveRequest(
            move_name=move["move"],
            happened_on=received_on + timedelta(days=move["after"]),
            note=move.get("note", ""),
            document_number=move.get("document", ""),
        )
        move_denunciation(session, leader, denunciation, asked)
