"""The bench's own parts, on a register of two hundred: that they measure, not how fast."""

import pytest

from tests.bench import measures, table
from tests.bench.__main__ import measured
from tests.bench.keeping import begun, keeper
from tests.bench.registers import register, size_of
from tests.bench.table import Results, Times, missed_goals, written


@pytest.mark.parametrize(("label", "size"), [("200", 200), ("10k", 10_000), ("1M", 1_000_000)])
def test_sizes_are_written_short(label, size):
    assert size_of(label) == size


def test_a_run_measures_pages_logging_files_and_start(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "LATEST", tmp_path / "LATEST.md")
    small = register(tmp_path, "sqlite", "200")
    assert register(tmp_path, "sqlite", "200") == small

    results, keep = Results("sqlite", ["200"]), keeper(tmp_path, 1)
    measured(results, [small], 1, "list: late", 1, keep, files=True)

    assert begun(tmp_path, "sqlite", ["200"], 1) == results
    assert begun(tmp_path, "sqlite", ["200"], 2) == Results("sqlite", ["200"])
    assert not [failed for failed in results.failed if "xlsx" not in failed]
    assert {times.person for times in results.times} == {"canbo", "lanhdao"}
    assert all(times.median("200") and times.median(measures.FLOOR) for times in results.times)
    assert all(results.statements["200"].values())
    engine, csv, *_ = results.exports["200"]
    assert engine.rate > 0
    assert csv.memory_peak > 10
    assert results.ours is not None
    assert results.ours.pss > 10
    told = written([results], "Tried.")
    assert "| log one (GET + POST) | commune |" in told
    assert "Missed:" in told


def test_missed_goals_are_said_and_kept_ones_are_not():
    slow = Times("list", "canbo", {"10k": [0.010], "1M": [0.020], measures.FLOOR: [0.004]})
    kept = Times("report", "canbo", {"10k": [0.006], "1M": [0.006], measures.FLOOR: [0.004]})

    measured_once = Results("sqlite", ["10k", "1M"], [slow, kept])

    assert list(missed_goals(measured_once)) == [
        "sqlite: 1 of 2 pages above the goal for 1M",
        "sqlite: 1 of 2 pages above the goal for the floor",
    ]
    told = written([measured_once], "")
    assert "| 20.0 | 4.0 | **2.00** | **2.50** |" in told
    assert "| 6.0 | 4.0 | 1.00 | 1.50 |" in told
