"""Draws the README's tables from the data; `make readme` writes them, a test compares."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.bench.table import latest
from tests.faults.table import latest as latest_faults
from tracker.accounts.permissions import GRANTS, Permission, Role
from tracker.briefing.columns import VISITS
from tracker.commitments.columns import COLUMNS as COMMITMENT_COLUMNS
from tracker.core.i18n import gettext, say, speaking
from tracker.dialogues.columns import COLUMNS as DIALOGUE_COLUMNS
from tracker.petitions.columns import COLUMNS as PETITION_COLUMNS
from tracker.petitions.lifecycle import LIFECYCLE, MEANINGS, Status
from tracker.reports.columns import COLUMNS as REPORT_COLUMNS

README = Path(__file__).parent.parent / "README.md"


def roles() -> Iterable[str]:
    """Draw what each role may do."""
    yield "| may | " + " | ".join(f"{role} – {say(role)}" for role in Role) + " |"
    yield "|---|" + "---|" * len(Role)
    for permission in Permission:
        cells = ("yes" if permission in GRANTS[role] else "" for role in Role)
        yield f"| `{permission}` | " + " | ".join(cells) + " |"


def statuses() -> Iterable[str]:
    """Draw what each status is called and counts as."""
    yield "| status | word | report group | clock |"
    yield "|---|---|---|---|"
    for status in Status:
        meaning = MEANINGS[status]
        yield f"| {status} | {say(status)} | {say(meaning.group)} | {meaning.clock} |"


def lifecycle() -> Iterable[str]:
    """Draw the moves as a diagram."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> received: receive"
    for move in LIFECYCLE:
        for source in sorted(move.sources):
            yield f"    {source} --> {move.target}: {move.name}"
    yield "```"


def columns(of: Iterable[Any]) -> Callable[[], Iterable[str]]:
    """Draw the columns of a file."""

    def table() -> Iterable[str]:
        yield "| name for machines | header for Excel |"
        yield "|---|---|"
        for column in of:
            yield f"| `{column.name}` | {gettext(column.header) if column.header else '–'} |"

    return table


TABLES: dict[str, Callable[[], Iterable[str]]] = {
    "roles": roles,
    "statuses": statuses,
    "lifecycle": lifecycle,
    "petition columns": columns(PETITION_COLUMNS),
    "dialogue columns": columns(DIALOGUE_COLUMNS),
    "report columns": columns(REPORT_COLUMNS),
    "commitment columns": columns(COMMITMENT_COLUMNS),
    "visit columns": columns(VISITS),
    "latest measurement": latest,
    "latest faults": latest_faults,
}


def drawn(text: str) -> str:
    """Give the README with every table drawn anew between its two marks."""
    with speaking("vi"):
        for name, table in TABLES.items():
            marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.S)
            lines = "\n".join(table())
            text, count = marks.subn(lambda found: f"{found[1]}\n{lines}\n\n{found[2]}", text)  # noqa: B023
            if count != 1:
                raise ValueError(f"The README has no place for the table of {name}.")
    return text


if __name__ == "__main__":
    README.write_text(drawn(README.read_text(encoding="utf-8")), encoding="utf-8")
