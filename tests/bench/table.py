"""The results as tables in Markdown, and which goals they miss."""

import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.bench.measures import FLOOR, Export, Start, Times
from tests.bench.pages import NAMES
from tests.bench.serving import cores

LATEST = Path(__file__).parent / "LATEST.md"
FLAT, NEAR_FLOOR = 1.3, 2.0
CSV_SHARE, XLSX_TIMES = 0.7, 3.0
FIRST_BYTE_S, MEMORY_MIB, START_TIMES, IDLE_TIMES, BESIDE_TIMES = 0.05, 150, 1.5, 1.3, 3.0
NOISE_MS = 0.5
"""A difference smaller than this is none."""


@dataclass(slots=True)
class Results:
    """All that one run measured of one engine."""

    engine: str
    labels: list[str]
    times: list[Times] = field(default_factory=list)
    statements: dict[str, dict[str, int]] = field(default_factory=dict)
    exports: dict[str, list[Export]] = field(default_factory=dict)
    beside: dict[str, tuple[float, ...]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    ours: Start | None = None
    bare: Start | None = None
    done: list[str] = field(default_factory=list)
    """What has been measured: a run that was interrupted goes on after it."""


def written(results: Sequence[Results], note: str) -> str:
    """Write the tables."""
    lines = [f"Measured {date.today():%d/%m/%Y} on {machine()}. {note}", ""]
    for one in results:
        lines += [*_pages(one), "", *_files(one), ""]
        lines += [*_start(one), ""]
    missed = [line for one in results for line in missed_goals(one)]
    goals = f"{FLAT} × for the largest size, {NEAR_FLOOR:.0f} × the floor; bold ones miss them"
    lines.append(f"Goals of pages: {goals}. Missed: {'; '.join(missed) or 'none'}.")
    return "\n".join(lines) + "\n"


def latest() -> Iterable[str]:
    """Give the lines of the latest table, for the README; nothing where none was measured."""
    return LATEST.read_text(encoding="utf-8").splitlines() if LATEST.exists() else []


def machine() -> str:
    """Name the machine in a few words, without its name."""
    model = ""
    info = Path("/proc/cpuinfo")
    if info.exists() and (found := re.search(r"model name\s*: (.+)", info.read_text())):
        model = f" ({found[1].strip()})"
    return f"{cores()} cores{model}, {platform.system()}, Python {platform.python_version()}"


def missed_goals(one: Results) -> Iterator[str]:
    """Say each goal that was missed, of pages how many missed it: the table marks which."""
    for word, marked in ((one.labels[-1], _is_steep), ("the floor", _is_far)):
        pages = [times.name for times in one.times if marked(one, times)]
        if pages:
            yield f"{one.engine}: {len(pages)} of {len(one.times)} pages above the goal for {word}"
    yield from one.failed
    for label, exports in one.exports.items():
        yield from _missed_files(one, label, exports)
    for label, (alone, during, _two) in one.beside.items():
        if during > BESIDE_TIMES * alone:
            yield f"{one.engine} {label}: the list's p95 is {during / alone:.1f} × with an export"
    if one.ours and one.bare:
        if one.ours.seconds > START_TIMES * one.bare.seconds:
            yield f"start is {one.ours.seconds / one.bare.seconds:.2f} × bare Flask"
        if one.ours.pss > IDLE_TIMES * one.bare.pss:
            yield f"idle memory is {one.ours.pss / one.bare.pss:.2f} × bare Flask"


def _missed_files(one: Results, label: str, exports: list[Export]) -> Iterator[str]:
    engine, csv, *others = exports
    share = csv.rate / engine.rate
    if share < CSV_SHARE:
        yield f"{one.engine} {label}: CSV at {share:.2f} × {engine.name}"
    for export in (csv, *others):
        if export is csv and export.first_byte and export.first_byte > FIRST_BYTE_S:
            yield f"{one.engine} {label}: first byte of the CSV after {export.first_byte:.3f} s"
        if export.memory_peak > MEMORY_MIB:
            yield f"{one.engine} {label}: {export.name} takes {export.memory_peak:.0f} MiB"
    for export in others:
        if export.seconds > XLSX_TIMES * csv.seconds:
            times = export.seconds / csv.seconds
            yield f"{one.engine} {label}: {export.name} takes {times:.1f} × CSV"


def _flat(one: Results, times: Times) -> float | None:
    return times.ratio(one.labels[-1], one.labels[0]) if len(one.labels) > 1 else None


def _near(one: Results, times: Times) -> float | None:
    return times.ratio(one.labels[0], FLOOR)


def _is_steep(one: Results, times: Times) -> bool:
    flat = _flat(one, times)
    small, large = times.median(one.labels[0]), times.median(one.labels[-1])
    differs = bool(small and large and large - small > NOISE_MS)
    return flat is not None and flat > FLAT and differs


def _is_far(one: Results, times: Times) -> bool:
    near = _near(one, times)
    return near is not None and near > NEAR_FLOOR


def _pages(one: Results) -> Iterator[str]:
    first, last = one.labels[0], one.labels[-1]
    yield (
        f"| {one.engine}, ms (median) | user | "
        + " | ".join(one.labels)
        + f" | floor | {last} / {first} | {first} / floor | statements |"
    )
    yield "|---|---|" + "--:|" * (len(one.labels) + 4)
    for times in one.times:
        cells = [_ms(times.median(label)) for label in (*one.labels, FLOOR)]
        ratios = [
            _ratio(_flat(one, times), is_missed=_is_steep(one, times)),
            _ratio(_near(one, times), is_missed=_is_far(one, times)),
        ]
        key = f"{times.name}-{times.person}".replace(" ", "_").replace("+", "_")
        counted = [str(counts[key]) for counts in one.statements.values() if key in counts]
        told = counted[0] if len(set(counted)) == 1 else " / ".join(counted)
        row = [times.name, NAMES[times.person], *cells, *ratios, told]
        yield "| " + " | ".join(row) + " |"


def _files(one: Results) -> Iterator[str]:
    yield f"| {one.engine}: files | rows/s | of the engine's | first byte | memory peak (before) |"
    yield "|---|--:|--:|--:|--:|"
    for label, exports in one.exports.items():
        engine = exports[0]
        for export in exports:
            share = "" if export is engine else f"{export.rate / engine.rate:.2f} ×"
            first = f"{export.first_byte * 1000:.0f} ms" if export.first_byte else ""
            memory = (
                f"{export.memory_peak:.0f} MiB ({export.memory_before:.0f})"
                if export.memory_peak
                else ""
            )
            name = f"{export.name}, {label}"
            yield f"| {name} | {export.rate:,.0f} | {share} | {first} | {memory} |"
    for label, found in one.beside.items():
        alone, during, two = found
        yield (
            f"| list p95 at {label}: alone {alone:.1f} ms, with an export {during:.1f} ms"
            f" ({during / alone:.1f} ×), with two {two:.1f} ms ({two / alone:.1f} ×) | | | | |"
        )


def _start(one: Results) -> Iterator[str]:
    if one.ours and one.bare:
        yield "| | start to first answer | idle memory (PSS) |"
        yield "|---|--:|--:|"
        for name, start in (("register", one.ours), ("bare Flask, same libraries", one.bare)):
            yield f"| {name} | {start.seconds:.2f} s | {start.pss:.0f} MiB |"
        seconds, pss = one.ours.seconds / one.bare.seconds, one.ours.pss / one.bare.pss
        yield f"| ratio | {seconds:.2f} × | {pss:.2f} × |"


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _ratio(value: float | None, *, is_missed: bool) -> str:
    written = "" if value is None else f"{value:.2f}"
    return f"**{written}**" if is_missed else written
