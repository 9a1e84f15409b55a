"""A petition's life as data: statuses, report groups, and the moves between them.

Buttons, checks, the diagram in the README and the tests all read this one table.
"""

from dataclasses import dataclass
from enum import StrEnum

from tracker.accounts.permissions import Permission


class Status(StrEnum):
    """Where a petition stands."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    AWAITING_CITIZEN = "awaiting_citizen"
    DEFERRED = "deferred"
    AWAITING_APPROVAL = "awaiting_approval"
    EXPLAINED = "explained"
    RESOLVED = "resolved"
    TRANSFERRED = "transferred"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"


class Kind(StrEnum):
    """Legal kind, by content; a denunciation is kept apart and is not logged here."""

    RECOMMENDATION = "recommendation"
    FEEDBACK = "feedback"
    COMPLAINT = "complaint"
    QUESTION = "question"


class Level(StrEnum):
    """Whose competence it is."""

    COMMUNE = "commune"
    PROVINCE = "province"
    CENTRAL = "central"
    OTHER = "other"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How it reached the register."""

    DIALOGUE = "dialogue"
    VILLAGE_VISIT = "village_visit"
    PARTY_CELL = "party_cell"
    RECEPTION = "reception"
    LETTER = "letter"
    TELEPHONE = "telephone"
    PRESS = "press"


@dataclass(frozen=True, slots=True)
class Move:
    """One step: where it may start, who may take it, and what it asks for."""

    name: str
    label: str
    sources: frozenset[Status]
    target: Status
    permission: Permission = Permission.MOVE_PETITION
    needs_note: bool = False
    needs_document: bool = False
    needs_plan_date: bool = False
    needs_master: bool = False


OPEN = frozenset(
    {
        Status.RECEIVED,
        Status.ASSIGNED,
        Status.IN_PROGRESS,
        Status.AWAITING_CITIZEN,
        Status.DEFERRED,
        Status.AWAITING_APPROVAL,
    }
)
ENDED = frozenset(Status) - OPEN
PAUSED = frozenset({Status.AWAITING_CITIZEN, Status.DEFERRED})
_AT_WORK = frozenset({Status.RECEIVED, Status.ASSIGNED, Status.IN_PROGRESS})

LIFECYCLE = (
    Move("assign", "Giao giải quyết", _AT_WORK, Status.ASSIGNED),
    Move(
        "start",
        "Bắt đầu giải quyết",
        frozenset({Status.RECEIVED, Status.ASSIGNED}),
        Status.IN_PROGRESS,
    ),
    Move(
        "ask_citizen", "Chờ người dân bổ sung", _AT_WORK, Status.AWAITING_CITIZEN, needs_note=True
    ),
    Move(
        "defer",
        "Hoãn vì chưa có nguồn lực",
        _AT_WORK,
        Status.DEFERRED,
        needs_note=True,
        needs_plan_date=True,
    ),
    Move("resume", "Tiếp tục giải quyết", PAUSED, Status.IN_PROGRESS),
    Move(
        "propose",
        "Trình duyệt kết quả",
        _AT_WORK,
        Status.AWAITING_APPROVAL,
        needs_note=True,
        needs_document=True,
    ),
    Move(
        "resolve",
        "Duyệt: đã giải quyết xong",
        frozenset({Status.AWAITING_APPROVAL}),
        Status.RESOLVED,
        Permission.APPROVE_PETITION,
    ),
    Move(
        "return",
        "Trả lại để làm tiếp",
        frozenset({Status.AWAITING_APPROVAL}),
        Status.IN_PROGRESS,
        Permission.APPROVE_PETITION,
        needs_note=True,
    ),
    Move("explain", "Giải trình, cung cấp thông tin", _AT_WORK, Status.EXPLAINED, needs_note=True),
    Move(
        "transfer",
        "Chuyển cơ quan có thẩm quyền",
        _AT_WORK,
        Status.TRANSFERRED,
        needs_note=True,
        needs_document=True,
    ),
    Move("decline", "Không xem xét", _AT_WORK, Status.DECLINED, needs_note=True),
    Move(
        "withdraw",
        "Người dân rút",
        OPEN - {Status.AWAITING_APPROVAL},
        Status.WITHDRAWN,
        needs_note=True,
    ),
    Move(
        "join",
        "Gộp vào kiến nghị khác",
        _AT_WORK,
        Status.JOINED,
        needs_note=True,
        needs_master=True,
    ),
    Move(
        "reopen",
        "Mở lại",
        ENDED,
        Status.IN_PROGRESS,
        Permission.APPROVE_PETITION,
        needs_note=True,
    ),
)
MOVES = {move.name: move for move in LIFECYCLE}

LABELS = {
    Status.RECEIVED: "Tiếp nhận",
    Status.ASSIGNED: "Đã giao",
    Status.IN_PROGRESS: "Đang giải quyết",
    Status.AWAITING_CITIZEN: "Chờ người dân bổ sung",
    Status.DEFERRED: "Hoãn, có thời điểm dự kiến",
    Status.AWAITING_APPROVAL: "Chờ duyệt",
    Status.EXPLAINED: "Đã giải trình",
    Status.RESOLVED: "Đã giải quyết xong",
    Status.TRANSFERRED: "Đã chuyển",
    Status.DECLINED: "Không xem xét",
    Status.WITHDRAWN: "Đã rút",
    Status.JOINED: "Đã gộp",
}
KIND_LABELS = {
    Kind.RECOMMENDATION: "Kiến nghị",
    Kind.FEEDBACK: "Phản ánh",
    Kind.COMPLAINT: "Khiếu nại",
    Kind.QUESTION: "Câu hỏi",
}
LEVEL_LABELS = {
    Level.COMMUNE: "Cấp xã",
    Level.PROVINCE: "Cấp tỉnh",
    Level.CENTRAL: "Trung ương",
    Level.OTHER: "Cơ quan khác",
    Level.UNKNOWN: "Không rõ",
}
CHANNEL_LABELS = {
    Channel.DIALOGUE: "Đối thoại",
    Channel.VILLAGE_VISIT: "Đi cơ sở",
    Channel.PARTY_CELL: "Sinh hoạt chi bộ",
    Channel.RECEPTION: "Tiếp công dân",
    Channel.LETTER: "Đơn thư",
    Channel.TELEPHONE: "Điện thoại",
    Channel.PRESS: "Báo chí",
}
