"""Rules about the code itself."""

import ast
import re
from pathlib import Path

import pytest

from tests.readme import drawn
from tracker.accounts.permissions import GRANTS, Permission
from tracker.cli.program import cli, read_in
from tracker.core.resources import folder

TRACKER = Path(__file__).parent.parent / "tracker"
README = (TRACKER.parent / "README.md").read_text(encoding="utf-8")
TEMPLATES = sorted(folder("templates").rglob("*.html"))


def _trees():
    for path in sorted(TRACKER.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield path.relative_to(TRACKER).as_posix(), tree


def _calls(tree: ast.AST, attribute: str) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == attribute
        for node in ast.walk(tree)
    )


def test_only_one_place_commits():
    assert {name for name, tree in _trees() if _calls(tree, "commit")} == {"core/db.py"}


HEAVY = {
    *("alembic", "alembic.config", "docx", "holidays", "rustpy_xlsxwriter"),
    *("filetype", "PIL", "segno"),
    *("tracker.cli.program", "tracker.documents.word", "zxcvbn.frequency_lists"),
}
"""What takes long to load, and most processes never need."""


def test_no_import_stands_inside_a_function_but_of_what_is_heavy():
    inside = [
        f"{name}:{statement.lineno}"
        for name, tree in _trees()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for statement in ast.walk(function)
        if isinstance(statement, ast.Import | ast.ImportFrom)
        and not HEAVY & {getattr(statement, "module", None), *(n.name for n in statement.names)}
    ]
    assert inside == []


def test_no_sql_is_put_together_from_text():
    """`text(f"…")` and its kin would let a word from a form into a statement."""
    built = [
        f"{name}:{node.lineno}"
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in {"text", "literal_column"}
        and node.args
        and not isinstance(node.args[0], ast.Constant)
    ]
    assert built == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.parent.name + "/" + path.name)
def test_a_template_has_nothing_inline_nothing_unescaped_and_no_other_host(path):
    page = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|\son\w+\s*=\s*[\"']|<style", page)
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", page)
    assert not re.search(r"(src|href|action)=[\"']?(https?:)?//", page)
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.parent.name + "/" + path.name)
def test_a_page_has_a_title_and_one_heading(path):
    page = path.read_text(encoding="utf-8")
    if '{% extends "shared/layout.html" %}' not in page:
        return
    assert "{% block title %}" in page
    assert len(re.findall(r"<h1[ >]", page)) == 1


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.parent.name + "/" + path.name)
def test_every_form_that_changes_something_carries_the_pages_token(path):
    page = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form[^>]*method=.post.*?</form>", page, flags=re.S):
        assert "csrf_token" in form or "hidden(" in form, form[:120]


def test_every_permission_is_granted_to_someone_and_asked_for_somewhere():
    granted = frozenset().union(*GRANTS.values())
    assert granted == frozenset(Permission)
    code = "\n".join(path.read_text("utf-8") for path in TRACKER.rglob("*.py"))
    for permission in Permission:
        uses = len(re.findall(rf"Permission\.{permission.name}\b", code))
        defined_and_granted = 1
        assert uses > defined_and_granted, permission


def test_the_readme_names_every_command():
    read_in()
    for name, command in cli.commands.items():
        for sub in getattr(command, "commands", {}) or {"": None}:
            assert f"`tracker {name} {sub}".rstrip() in README, (name, sub)


def test_the_readmes_tables_are_those_of_the_data():
    """Roles, statuses, lifecycle and columns; `make readme` draws them anew."""
    assert drawn(README) == README
