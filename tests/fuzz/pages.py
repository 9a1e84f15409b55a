"""What a page offers: its forms with every field as it stands, and the addresses it leads to."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

WITHOUT_VALUE = frozenset({"submit", "button", "image", "reset"})


@dataclass(slots=True)
class Field:
    """A field of a form: its name, its kind, and the values that the page offers."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Form:
    """A form as the page draws it."""

    action: str
    method: str
    is_multipart: bool
    fields: list[Field] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.links = path, list[Form](), list[str]()
        self.form: Form | None = None
        self.chosen: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"].partition("#")[0])
        elif tag == "form":
            self._open(given)
        elif tag == "option" and self.chosen is not None:
            self.chosen.values.append(given.get("value", ""))
        elif tag in ("input", "select", "textarea", "button") and given.get("name"):
            self._add(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.chosen = None

    def _open(self, given: dict[str, str]) -> None:
        self.form = Form(
            given.get("action") or self.path,
            given.get("method", "get").upper(),
            "multipart" in given.get("enctype", ""),
        )
        self.forms.append(self.form)

    def _add(self, tag: str, given: dict[str, str]) -> None:
        if self.form is None:
            return
        kind = given.get("type", "text") if tag == "input" else tag
        same = next((one for one in self.form.fields if one.name == given["name"]), None)
        kept = same or Field(given["name"], kind)
        if same is None:
            self.form.fields.append(kept)
        if tag == "select":
            self.chosen = kept
        else:
            kept.values.append(given.get("value", ""))


def read(path: str, html: str) -> tuple[list[Form], list[str]]:
    """Read a page's forms and links."""
    reader = _Reader(path)
    reader.feed(html)
    return reader.forms, reader.links
