"""A commune that takes denunciations, for tests of the room."""

from datetime import timedelta

from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.sealing import Sealer
from tracker.denunciations.lifecycle import Way
from tracker.denunciations.models import Denunciation
from tracker.denunciations.queries.people import takers_in
from tracker.denunciations.service import (
    Identity,
    MoveRequest,
    NewDenunciation,
    confirm_taker,
    move_denunciation,
    propose_taker,
    receive_denunciation,
)

SEALER = Sealer(["bí mật của phép thử " * 3])
DENOUNCER = Identity("Trần Thị Kín Đáo", "0900000000", "Thôn Không Ai Biết", "Căn cước 000")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
REASON = "Mời người tố cáo làm việc để xác minh"


class Case:
    """A commune with its people, one of whom takes denunciations."""

    def __init__(self, session: Session, make) -> None:
        self.session, self.make = session, make
        self.admin = make.user(role=Role.ADMIN)
        self.leader = make.user(role=Role.LEADER)
        self.second_leader = make.user(role=Role.LEADER)
        self.clerk = make.user()
        propose_taker(session, self.admin, self.clerk.id)
        (taker,) = takers_in(session, frozenset({make.home.id}))
        confirm_taker(session, self.second_leader, taker.id)
        self.taker_id = taker.id

    def received(self, **given) -> Denunciation:
        usual = {
            "place_id": self.make.home.id,
            "received_on": clock.today() - timedelta(days=3),
            "way": Way.IN_PERSON,
            "accused": "Ông Đỗ Văn Bị, trưởng thôn",
            "content": "Thu tiền của dân không có biên lai",
            "is_anonymous": False,
            "identity": DENOUNCER,
            "leader_id": self.leader.id,
        }
        key = given.pop("key", "")
        new = NewDenunciation(**usual | given)
        return receive_denunciation(self.session, SEALER, self.clerk, new, key)

    def move(self, denunciation, name, actor=None, **given) -> None:
        usual = {"note": "Căn cứ hồ sơ", "document_number": "12/QĐ-UBND"}
        asked = MoveRequest(move_name=name, **usual | given)
        move_denunciation(self.session, actor or self.leader, denunciation, asked)
