"""`make faults`: tries every fault on both engines and writes down what was lost: nothing."""

import subprocess
import sys
import tempfile
from pathlib import Path

import click

from tests.clusters import POSTGRES_BIN_PATH
from tests.faults.kinds import FAULTS
from tests.faults.outcomes import Bench, Fault, Outcome
from tests.faults.table import LATEST, versions, written
from tests.faults.told import Counted


@click.command()
@click.option("--rounds", default=3, show_default=True, help="Times that each fault happens.")
@click.option("--seconds", default=4.0, show_default=True, help="Work before each of them.")
@click.option("--minutes", default=10.0, show_default=True, help="Steady work that is watched.")
@click.option("--engine", type=click.Choice(["sqlite", "postgresql", "both"]), default="both")
@click.option("--only", default="", help="Only faults whose name holds this; nothing is kept.")
def main(rounds: int, seconds: float, minutes: float, engine: str, only: str) -> None:
    """Try them, print the table, and keep it as tests/faults/LATEST.md."""
    outcomes, skipped = [], []
    for fault, engines in FAULTS:
        for name in engines:
            if only not in fault.__name__ or engine not in ("both", name):
                continue
            click.echo(f"  {fault.__name__} on {name}", err=True)
            with tempfile.TemporaryDirectory(prefix="faults-") as folder:
                outcome = _outcome(fault, Bench(name, Path(folder), rounds, seconds, minutes))
            if outcome is None:
                skipped.append(fault.__name__.replace("_", " "))
            else:
                outcomes.append(outcome)
                for line in outcome.failures:
                    click.echo(f"    {line}", err=True)
    table = written(outcomes, skipped, versions(_postgresql() if engine != "sqlite" else ""))
    click.echo(table)
    if not only and engine == "both":
        LATEST.write_text(table, encoding="utf-8")
    sys.exit(1 if any(outcome.failures for outcome in outcomes) else 0)


def _outcome(fault: Fault, bench: Bench) -> Outcome | None:
    """Try a fault; one that cannot be brought to its end is a failure, and the others go on."""
    try:
        return fault(bench)
    except Exception as error:
        wrong = Counted(wrong=[f"it broke off: {type(error).__name__}: {error}"])
        return Outcome(fault.__name__.replace("_", " "), bench.engine, 0, wrong)


def _postgresql() -> str:
    words = [str(POSTGRES_BIN_PATH / "postgres"), "--version"]
    told = subprocess.run(words, check=False, capture_output=True, text=True).stdout.split()
    return told[2] if len(told) > 2 else ""


if __name__ == "__main__":
    main()
