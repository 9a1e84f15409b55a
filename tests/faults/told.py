"""What people sent, what they were told, and what came of it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Act:
    """One form as it was sent: again, it is the same to the last byte."""

    mark: str
    path: str
    fields: tuple[tuple[str, str], ...]
    is_file: bool = False


@dataclass(slots=True)
class Told:
    """What the writers were told."""

    acknowledged: list[Act] = field(default_factory=list)
    unsure: list[Act] = field(default_factory=list)
    cut: int = 0
    put_off: int = 0
    unexpected: list[str] = field(default_factory=list)
    moments: dict[str, float] = field(default_factory=dict)
    """When each that was acknowledged was."""


@dataclass(slots=True)
class Counted:
    """What was acknowledged, and what of it is missing or there more than once."""

    acknowledged: int = 0
    files: int = 0
    cut: int = 0
    put_off: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
