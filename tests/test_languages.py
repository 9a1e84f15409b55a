"""No sentence without its Vietnamese: what the code says and what the catalogues hold agree."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_dir

import tracker
from tracker.core.errors import TrackerError
from tracker.core.i18n import Message, gettext, say, speaking
from tracker.core.resources import folder, translations_folder

ROOT = Path(__file__).parent.parent
VALUES = re.compile(r"%\((\w+)\)s")
SAYING = {"_", "N_", "gettext", "Message"}


def _refusals() -> set[str]:
    """Name every class of refusal: the first argument of each is a message id."""
    for module in pkgutil.walk_packages(tracker.__path__, "tracker."):
        importlib.import_module(module.name)
    names, open_ones = {TrackerError.__name__}, [TrackerError]
    while open_ones:
        for kind in open_ones.pop().__subclasses__():
            names.add(kind.__name__)
            open_ones.append(kind)
    return names


def _said_in_code() -> set[str]:
    keywords = dict.fromkeys(SAYING | _refusals()) | {"ngettext": (1, 2)}
    found = set()
    for place, method in ((ROOT / "tracker", "python"), (folder("templates"), "jinja2")):
        pattern = "**.py" if method == "python" else "**.html"
        options = {"**": {"newstyle_gettext": "true", "trimmed": "true"}}
        for _, _, message, _, _ in extract_from_dir(
            place, [(pattern, method)], keywords=keywords, options_map=options
        ):
            found.add(message[0] if isinstance(message, tuple) else message)
    return found


def _entries() -> Iterator[tuple[str, str, str]]:
    """Give each message id, its plural (or itself again) and what stands for it."""
    for path in sorted((translations_folder() / "vi").glob("*.po")):
        with path.open("rb") as file:
            for entry in pofile.read_po(file, locale="vi"):
                if entry.id:
                    ids = entry.id if isinstance(entry.id, tuple) else (entry.id, entry.id)
                    text = entry.string[0] if isinstance(entry.string, tuple) else entry.string
                    yield ids[0], ids[1], "" if entry.fuzzy else text


def _catalogue() -> dict[str, str]:
    return {msgid: text for msgid, _, text in _entries()}


def test_every_sentence_has_its_vietnamese():
    held = _catalogue()
    missing = sorted(sentence for sentence in _said_in_code() if not held.get(sentence))
    assert missing == []


def test_the_catalogues_hold_nothing_that_is_no_longer_said():
    assert sorted(_catalogue().keys() - _said_in_code()) == []


def test_both_languages_name_the_same_values():
    differing = [
        msgid
        for msgid, plural, text in _entries()
        if set(VALUES.findall(plural)) != set(VALUES.findall(text))
    ]
    assert differing == []


def test_a_template_holds_no_bare_word():
    """Everything between tags goes through the catalogue."""
    bare = []
    for path in folder("templates").rglob("*.html"):
        text = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", "", path.read_text("utf-8"), flags=re.S
        )
        text = re.sub(r"<(kbd|script|style)[^>]*>.*?</\1>", "", text, flags=re.S)
        words = re.findall(r">([^<]*[^\W\d_]{2,}[^<]*)<", text)
        bare += [f"{path.name}: {word.strip()}" for word in words]
    assert bare == []


def test_no_vietnamese_sentence_stands_in_the_code():
    letters = re.compile("[ăâđêôơưĂÂĐÊÔƠƯạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]")
    found = []
    for path in (ROOT / "tracker").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            f"{path.name}:{node.lineno} {node.value}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and letters.search(node.value)
            and " " in node.value.strip()
        ]
    assert [line for line in found if not line.startswith(("text.py", "i18n.py"))] == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("vi", "Văn bản có 9 ký tự; chỉ nhận tối đa 5 ký tự."),
        ("en", "The text has 9 characters; at most 5 are kept."),
        ("fr", "Văn bản có 9 ký tự; chỉ nhận tối đa 5 ký tự."),
    ],
)
def test_a_message_is_said_in_the_readers_language(language, sentence):
    message = Message(
        "The text has %(length)s characters; at most %(limit)s are kept.", {"length": 9, "limit": 5}
    )
    with speaking(language):
        assert say(message) == sentence
        assert gettext(message.msgid, **message.values) == sentence
