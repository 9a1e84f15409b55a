"""Rules about the code itself."""

import ast
from pathlib import Path

TRACKER = Path(__file__).parent.parent / "tracker"


def _calls(path: Path, attribute: str) -> bool:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == attribute
        for node in nodes
    )


def test_only_one_place_commits():
    committing = {
        path.relative_to(TRACKER).as_posix()
        for path in TRACKER.rglob("*.py")
        if _calls(path, "commit")
    }
    assert committing == {"core/db.py"}
