"""Rules about the code itself."""

import ast
from pathlib import Path

from tracker.accounts.permissions import Role
from tracker.core.i18n import say, speaking
from tracker.cli import cli

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


def test_the_readme_names_every_command_and_role():
    readme = (TRACKER.parent / "README.md").read_text(encoding="utf-8")

    for command in cli.commands:
        assert f"`tracker {command}" in readme
    with speaking("vi"):
        for role in Role:
            assert f"| {role} | {say(role)} |" in readme
