"""A unit's own Word template: what it may hold, and the marks that are filled in."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

from tracker.attachments.rules import FileRefused, checked_kind, extension_of
from tracker.core.i18n import N_

LARGEST = 2 * 1024 * 1024
BODY = "NOI_DUNG"
MARKS = {
    "CO_QUAN_CAP_TREN": N_("the body above, empty when there is none"),
    "CO_QUAN": N_("who issues the paper"),
    "SO_KY_HIEU": N_("number and symbol"),
    "DIA_DANH_NGAY": N_("place and day"),
    "TEN_LOAI": N_("kind of paper"),
    "TRICH_YEU": N_("what the paper is about"),
    BODY: N_("the text; a paragraph of its own, once, and required"),
    "NOI_NHAN": N_("recipients"),
    "QUYEN_HAN": N_("in whose name is signed"),
    "CHUC_VU": N_("office of whoever signs"),
    "NGUOI_KY": N_("name of whoever signs"),
}
"""The marks that a template may hold, each between double braces, and what comes in their place."""
HEAD_MARKS = frozenset({"CO_QUAN", "SO_KY_HIEU", "DIA_DANH_NGAY"})
TITLE_MARKS = frozenset({"TEN_LOAI", "TRICH_YEU"})
END_MARKS = frozenset({"NOI_NHAN", "CHUC_VU", "NGUOI_KY"})
"""A template with one of these brings the whole part itself; it is not written a second time."""

_MARK = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN = "word/document.xml"
_FOREIGN = ("word/embeddings/", "word/activex/", "word/afchunk", "word/vbaproject")
_EXTERNAL = re.compile(rb"<Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>")


class TemplateRefused(FileRefused):
    """The file cannot be a template."""


def check_template(name: str, content: bytes) -> frozenset[str]:
    """Give the marks of a template; refuse a file that is none, with the reason."""
    if extension_of(name) != "docx":
        raise TemplateRefused("A template is a Word file: save it as DOCX.")
    if len(content) > LARGEST:
        raise TemplateRefused("The template is larger than 2 MB; take out large pictures.")
    checked_kind(name, io.BytesIO(content))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        _check_parts(package)
        texts, paragraphs = _read(package)
    return _checked_marks(texts, paragraphs)


def marks_in(text: str) -> list[str]:
    """Give the marks of a text in their order."""
    return _MARK.findall(text)


def replaced_marks(text: str, values: Mapping[str, str]) -> str:
    """Put what is known in place of the marks."""
    return _MARK.sub(lambda found: values.get(found[1], found[0]), text)


def _check_parts(package: zipfile.ZipFile) -> None:
    for part in package.namelist():
        plain = part.lower()
        if plain.startswith(_FOREIGN):
            raise TemplateRefused("The template holds embedded objects; take them out.")
        if not plain.endswith((".xml", ".rels")):
            continue
        content = package.read(part)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise TemplateRefused("The content of the file is not what its name says.")
        if plain.endswith(".rels") and any(
            b"/hyperlink" not in link for link in _EXTERNAL.findall(content)
        ):
            raise TemplateRefused(
                "The template fetches something from outside itself, such as a linked picture or"
                " another template; put it into the file or take it out."
            )


def _read(package: zipfile.ZipFile) -> tuple[list[str], list[str]]:
    """Give the text of every paragraph, and of those that stand freely in the text."""
    try:
        trees = {
            part: ElementTree.fromstring(package.read(part))
            for part in package.namelist()
            if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", part)
        }
    except (ElementTree.ParseError, ValueError, LookupError):
        raise TemplateRefused(
            "The template is damaged; open it in Word and save it again."
        ) from None
    if _MAIN not in trees:
        raise TemplateRefused("The template is damaged; open it in Word and save it again.")
    body = trees[_MAIN].find(f"{_WORD}body")
    free = [] if body is None else [_text(child) for child in body.findall(f"{_WORD}p")]
    every = [_text(part) for tree in trees.values() for part in tree.iter(f"{_WORD}p")]
    return every, free


def _text(paragraph: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in _parts(paragraph))


def _parts(paragraph: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return paragraph.iter(f"{_WORD}t")


def _checked_marks(every: list[str], free: list[str]) -> frozenset[str]:
    found = [mark for text in every for mark in marks_in(text)]
    for mark in found:
        if mark not in MARKS:
            raise TemplateRefused(
                "The template holds “{{%(mark)s}}”, which nothing stands for; the marks are listed"
                " on this page.",
                mark=mark[:40],
            )
    alone = sum(text.strip() == f"{{{{{BODY}}}}}" for text in free)
    if alone != 1 or found.count(BODY) != 1:
        raise TemplateRefused(
            "The template needs {{NOI_DUNG}} once, in a paragraph of its own outside any table:"
            " there the text comes in."
        )
    return frozenset(found)
