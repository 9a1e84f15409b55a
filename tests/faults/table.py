"""The outcomes as a table in Markdown."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from tests.bench.table import machine
from tests.faults.outcomes import Outcome
from tests.faults.writers import PEOPLE
from tracker.core.db import sqlite

LATEST = Path(__file__).parent / "LATEST.md"


def written(outcomes: Sequence[Outcome], skipped: Sequence[str], versions: str) -> str:
    """Write the table."""
    all_of_them = [one.counted for one in outcomes]
    lines = [
        f"Tried {date.today():%d/%m/%Y} on {machine()}, {versions}; {PEOPLE} people write at once.",
        "",
        "| fault | engine | times | acknowledged: petitions | files | cut off and sent again |"
        " put off (503) | lost | doubled |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
        *(_row(one) for one in outcomes),
        f"| all | | {sum(one.times for one in outcomes)} |"
        f" {sum(one.acknowledged for one in all_of_them):,} |"
        f" {sum(one.files for one in all_of_them):,} |"
        f" {sum(one.cut for one in all_of_them):,} |"
        f" {sum(one.put_off for one in all_of_them):,} |"
        f" **{sum(len(one.lost) for one in all_of_them)}** |"
        f" **{sum(len(one.doubled) for one in all_of_them)}** |",
        "",
    ]
    failures = [line for one in outcomes for line in one.failures]
    if failures:
        lines.append(f"Not as it should be: {'; '.join(failures)}.")
    else:
        lines.append("After each, `tracker verify` found nothing that does not fit.")
    if skipped:
        lines.append(f"Not possible on this machine: {', '.join(skipped)}.")
    return "\n".join(lines) + "\n"


def versions(postgresql: str) -> str:
    """Name the engines tried."""
    library = getattr(sqlite, "sqlite_version", sqlite3.sqlite_version)
    told = [f"SQLite {library}"] + ([f"PostgreSQL {postgresql}"] if postgresql else [])
    return ", ".join(told)


def latest() -> Iterable[str]:
    """Give the lines of the latest table, for the README; nothing where none was tried."""
    return LATEST.read_text(encoding="utf-8").splitlines() if LATEST.exists() else []


def _row(one: Outcome) -> str:
    counted = one.counted
    name = f"{one.fault} ({'; '.join(one.notes)})" if one.notes else one.fault
    return (
        f"| {name} | {one.engine} | {one.times} | {counted.acknowledged:,} | {counted.files:,} |"
        f" {counted.cut:,} | {counted.put_off:,} | {len(counted.lost)} | {len(counted.doubled)} |"
    )
