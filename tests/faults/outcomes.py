"""What a fault gives: what was counted, and what must not have happened."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.told import Counted

BOTH = ("sqlite", "postgresql")


@dataclass(slots=True)
class Outcome:
    """What came of one fault on one engine."""

    fault: str
    engine: str
    times: int
    counted: Counted
    notes: list[str] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """Say what must not have happened."""
        one = self.counted
        found = [f"lost: {mark}" for mark in one.lost]
        found += [f"doubled: {mark}" for mark in one.doubled]
        return [f"{self.fault} on {self.engine}: {line}" for line in (*found, *one.wrong)]


@dataclass(slots=True)
class Bench:
    """Where a fault is tried: on which engine, how often, how long each time."""

    engine: str
    folder: Path
    rounds: int
    seconds: float
    minutes: float = 10.0
    """How long one that serves steadily is watched."""

    def moment(self) -> float:
        """Draw how long to let people work before something happens."""
        return self.seconds * random.uniform(0.4, 1.0)


Fault = Callable[[Bench], "Outcome | None"]
"""It gives nothing where this machine does not allow it."""
