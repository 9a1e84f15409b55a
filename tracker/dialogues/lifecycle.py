"""A dialogue's life as data: its forms, its states, and the moves between them."""

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """Why a dialogue is held (domain words: định kỳ, chuyên đề, đột xuất)."""

    REGULAR = "regular"
    THEMATIC = "thematic"
    AD_HOC = "ad_hoc"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """How far a dialogue has come."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    HELD = "held"
    CONCLUDED = "concluded"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Move:
    """One step, where it may start, and what it asks for."""

    name: str
    label: str
    sources: frozenset[Stage]
    target: Stage
    needs_note: bool = False
    needs_document: bool = False


LIFECYCLE = (
    Move("announce", "Thông báo", frozenset({Stage.PLANNED}), Stage.ANNOUNCED, needs_document=True),
    Move("hold", "Ghi nhận đã tổ chức", frozenset({Stage.PLANNED, Stage.ANNOUNCED}), Stage.HELD),
    Move(
        "conclude",
        "Ra thông báo kết luận",
        frozenset({Stage.HELD}),
        Stage.CONCLUDED,
        needs_document=True,
    ),
    Move(
        "publish",
        "Công khai kết quả",
        frozenset({Stage.CONCLUDED}),
        Stage.PUBLISHED,
        needs_document=True,
    ),
    Move(
        "cancel",
        "Hủy",
        frozenset({Stage.PLANNED, Stage.ANNOUNCED}),
        Stage.CANCELLED,
        needs_note=True,
    ),
)
MOVES = {move.name: move for move in LIFECYCLE}

FORM_LABELS = {
    Form.REGULAR: "Định kỳ",
    Form.THEMATIC: "Chuyên đề",
    Form.AD_HOC: "Đột xuất",
    Form.UNKNOWN: "Không rõ",
}
STAGE_LABELS = {
    Stage.PLANNED: "Dự kiến",
    Stage.ANNOUNCED: "Đã thông báo",
    Stage.HELD: "Đã tổ chức",
    Stage.CONCLUDED: "Đã kết luận",
    Stage.PUBLISHED: "Đã công khai kết quả",
    Stage.CANCELLED: "Đã hủy",
}
