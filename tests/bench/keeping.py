"""What a run has measured so far, kept so that an interrupted one goes on where it was."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.bench.measures import Export, Start, Times
from tests.bench.table import Results
from tracker.core.resources import folder

ROOT = Path(__file__).parents[2]
MEASURED = ("tracker", "migrations", "templates", "tests/bench")
ENDINGS = (".py", ".html", ".js", ".css", ".po")


def program_as_it_is() -> str:
    """Give a digest of the program: figures of another one are not gone on with."""
    digest = hashlib.sha256()
    for name in MEASURED:
        top = ROOT / name if (ROOT / name).is_dir() else folder(name)
        for file in sorted(path for path in top.rglob("*") if path.suffix in ENDINGS):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def begun(kept: Path, engine: str, labels: list[str], rounds: int) -> Results:
    """Give what was measured already of the same program, sizes and rounds; else nothing yet."""
    file = _file(kept, engine)
    found = json.loads(file.read_text()) if file.exists() else {}
    if found.pop("of", None) != _of(labels, rounds):
        return Results(engine, labels)
    return Results(
        engine,
        labels,
        [Times(**times) for times in found["times"]],
        found["statements"],
        {label: [Export(**one) for one in some] for label, some in found["exports"].items()},
        {label: tuple(some) for label, some in found["beside"].items()},
        found["failed"],
        found["ours"] and Start(**found["ours"]),
        found["bare"] and Start(**found["bare"]),
        found["done"],
    )


def keeper(kept: Path, rounds: int) -> Callable[[Results, str], None]:
    """Give what writes down that one more thing is measured."""

    def keep(results: Results, name: str) -> None:
        results.done.append(name)
        told = asdict(results) | {"of": _of(results.labels, rounds)}
        _file(kept, results.engine).write_text(json.dumps(told))

    return keep


def forget(kept: Path, engine: str) -> None:
    """Begin anew."""
    _file(kept, engine).unlink(missing_ok=True)


def _of(labels: list[str], rounds: int) -> list[object]:
    return [labels, rounds, program_as_it_is()]


def _file(kept: Path, engine: str) -> Path:
    return kept / f"measured-{engine}.json"
