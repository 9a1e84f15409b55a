"""SECURITY.md tells the truth: every requirement once, and every test it names is one."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (R\d+) \| (.+?) \| (.+?) \| ?(.*?) ?\|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))


def test_every_requirement_stands_once_and_in_order():
    assert [row[0] for row in ROWS] == [f"R{number}" for number in range(1, 61)]


def test_every_test_that_is_named_is_one():
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py")
    )
    for number, _, _, named in ROWS:
        for name in re.findall(r"`(\w+)`", named):
            assert f"def {name}(" in tests, (number, name)


def test_what_is_called_kept_names_its_test_or_who_else_checks_it():
    for number, _, state, named in ROWS:
        assert state.startswith(("kept", "partly", "not kept yet", "refused")), number
        if state == "kept":
            assert "`test_" in named, number
