"""The tries: forms filled and bent, addresses, headers, cookies and bodies of every kind."""

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote

from flask import Flask
from wtforms.fields.core import UnboundField

from tests.fuzz import values
from tests.fuzz.browsers import Answer, Browser
from tests.fuzz.pages import Field, Form, read
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.core.fields import BaseForm

PEOPLE = ("", "canbo", "lanhdao", "quantri", "canbo2")
PATHS_OF_A_PAGE = 3
MOST_PAGES = 400
FRESH_AFTER = 1_500
"""Tries after which the register is put back: what was bent before must not hide what follows."""
AS_A_PAGE = (b"<script>alert", b"<img src=x", b"<svg/onload", "<h1>giả".encode(), b"<b> &amp; &#")
LEAVES = ("/sign-in", "/password", "/account/second-factor")


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that no try may bring about."""

    what: str
    request: str
    trace: str


@dataclass(slots=True)
class Found:
    """What the tries showed."""

    tries: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    """By page: how many requests were done as asked."""
    failures: dict[str, Failure] = field(default_factory=dict)


def declared_names() -> list[str]:
    """Name every field of every form there is."""

    def names(kind: type) -> set[str]:
        own = {name for name in dir(kind) if isinstance(getattr(kind, name, None), UnboundField)}
        return own.union(*(names(one) for one in kind.__subclasses__()))

    return sorted(names(BaseForm))


class Fuzzer:
    """Sends tries to one application as every person, in an order that the seed decides."""

    def __init__(
        self, app: Flask, seed: int, reset: Callable[[], None], *, paths: int = PATHS_OF_A_PAGE
    ) -> None:
        self.app, self.random, self.reset, self.paths = app, Random(seed), reset, paths
        self.found, self.names = Found(), declared_names()
        self.rules = sorted(app.url_map.iter_rules(), key=str)
        self.people = [Browser(app, name) for name in PEOPLE]
        self.pages: dict[str, list[tuple[Browser, str]]] = {}
        self.forms: dict[str, list[tuple[Browser, str, int]]] = {}
        self.kept: dict[tuple[str, str], list[Form]] = {}

    def run(self, tries: int) -> Found:
        """Send so many tries; give what they showed."""
        kinds = (self._bent_form, self._query, self._address, self._body, self._headers)
        for number in range(tries):
            if number % FRESH_AFTER == 0:
                self._begin()
            self.random.choices(kinds, (60, 17, 9, 6, 8))[0]()
            self.found.tries += 1
        return self.found

    def _begin(self) -> None:
        self.reset()
        for browser in self.people:
            browser.sign_in()
        if not self.pages:
            for browser in self.people:
                self._walk(browser)

    def _walk(self, browser: Browser) -> None:
        """Follow the links of every page, a few of each kind."""
        waiting, seen, counted = ["/"], {"/"}, Counter[str]()
        while waiting and sum(counted.values()) < MOST_PAGES:
            address = waiting.pop(0)
            path, _, query = address.partition("?")
            name = self._endpoint(path)
            if not name or counted[name] >= self.paths or name == "static":
                continue
            counted[name] += 1
            answer = self._send(browser, path, query)
            if answer is None or answer.status not in (200, 303):
                continue
            self.pages.setdefault(name, []).append((browser, path))
            forms, links = self._learn(browser, path, answer)
            links += [answer.location] if answer.location.startswith("/") else []
            for link in [*links, *(form.action for form in forms if form.method == "GET")]:
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)

    def _learn(self, browser: Browser, path: str, answer: Answer) -> tuple[list[Form], list[str]]:
        if answer.mimetype != "text/html" or answer.status != 200:
            return [], []
        forms, links = read(path, answer.body.decode())
        is_new = (browser.username, path) not in self.kept
        self.kept[browser.username, path] = forms
        for place, form in enumerate(forms if is_new else ()):
            name = self._endpoint(form.action.partition("?")[0], form.method)
            self.forms.setdefault(f"{form.method} {name}", []).append((browser, path, place))
        return forms, links

    def _endpoint(self, path: str, method: str = "GET") -> str:
        adapter = self.app.url_map.bind("localhost")
        try:
            name: str = adapter.match(path, method)[0]
        except Exception:
            return ""
        return name

    def _bent_form(self) -> None:
        """Fill a form as a person would, then bend some of it."""
        kind = self.random.choice(sorted(self.forms))
        browser, path, place = self.random.choice(self.forms[kind])
        if self.random.random() < 0.4 and (fresh := self._send(browser, path)):
            self._learn(browser, path, fresh)
        forms = self.kept[browser.username, path]
        if place >= len(forms):
            return
        form = forms[place]
        if self._endpoint(form.action.partition("?")[0], form.method).endswith("sign_out"):
            return
        filled = self._bent(self._filled(form), browser)
        self._send_form(browser, form, filled)

    def _filled(self, form: Form) -> list[tuple[str, str]]:
        pairs = []
        for one in form.fields:
            if one.kind in ("checkbox", "radio") and self.random.random() < 0.3:
                continue
            if one.kind == "file" and self.random.random() < 0.5:
                continue
            pairs.append((one.name, self._usual(one)))
        return pairs

    def _usual(self, one: Field) -> str:
        if one.kind in ("select", "checkbox", "radio", "button", "submit", "hidden"):
            return self.random.choice(one.values or [""])
        if one.values and one.values[0] and self.random.random() < 0.7:
            return one.values[0]
        today = shown_date(clock.today())
        return self.random.choice((today, today, "3", "", "Nội dung thường", "Nguyễn Văn An"))

    def _bent(self, pairs: list[tuple[str, str]], browser: Browser) -> list[tuple[str, str]]:
        pairs = [(n, browser.token if n == "csrf_token" else v) for n, v in pairs]
        free = [n for n, (name, _) in enumerate(pairs) if name != "csrf_token"]
        most = self.random.choice((0, 1, 1, 1, 2, 3, 8))
        for place in self.random.sample(free, min(most, len(free))):
            pairs[place] = (pairs[place][0], values.text(self.random))
        act = self.random.random()
        if act < 0.08 and free:
            del pairs[self.random.choice(free)]
        elif act < 0.16 and free:
            name = pairs[self.random.choice(free)][0]
            pairs.append((name, values.text(self.random)))
        elif act < 0.26:
            pairs.append((self.random.choice(self.names), values.text(self.random)))
        elif act < 0.28:
            pairs = [(n, v) for n, v in pairs if n != "csrf_token"]
        elif act < 0.30:
            pairs += [(f"{self.random.choice(self.names)}[]", "1")] * 30
        return pairs

    def _send_form(self, browser: Browser, form: Form, pairs: list[tuple[str, str]]) -> None:
        path, _, query = form.action.partition("?")
        if form.method == "GET":
            self._send(browser, path, _encoded(pairs))
        elif form.is_multipart or self.random.random() < 0.05:
            files = {one.name for one in form.fields if one.kind == "file"}
            body = self._multipart(pairs, files)
            kind = "multipart/form-data; boundary=bien-gioi"
            self._send(browser, path, query, "POST", body, kind)
        else:
            self._send(browser, path, query, "POST", _encoded(pairs).encode(), values.FORM)

    def _multipart(self, pairs: list[tuple[str, str]], files: set[str]) -> bytes:
        parts = b""
        for name, value in pairs:
            head, body = f'name="{name}"'.encode(), value.encode("utf-8", "surrogatepass")
            if name in files or self.random.random() < 0.02:
                file, body = self.random.choice(values.FILES)
                head += f'; filename="{file}"'.encode()
            parts += b"--bien-gioi\r\nContent-Disposition: form-data; " + head
            parts += b"\r\n\r\n" + body + b"\r\n"
        return parts + b"--bien-gioi--\r\n"

    def _query(self) -> None:
        """Open a page with a query that no page leads to."""
        browser, path = self._page()
        names = [*self.names, "page", "q", "after", "before", "sort", "lang", "variant", "next"]
        known = [
            one.name for form in self.kept.get((browser.username, path), ()) for one in form.fields
        ]
        pairs = [
            (self.random.choice(known or names), values.text(self.random)[:4_000])
            if self.random.random() < 0.7
            else (self.random.choice(names), values.text(self.random)[:4_000])
            for _ in range(self.random.choice((1, 1, 2, 4)))
        ]
        query = _encoded(pairs)
        if self.random.random() < 0.1:
            query += "&%FF=%ED%A0%80&a=%zz&;&=&&"
        self._send(browser, path, query)

    def _page(self) -> tuple[Browser, str]:
        return self.random.choice(self.pages[self.random.choice(sorted(self.pages))])

    def _address(self) -> None:
        """Put anything where a code or a number should stand."""
        rule = self.random.choice(self.rules)
        path = str(rule)
        while "<" in path:
            before, _, rest = path.partition("<")
            path = before + self._piece() + rest.partition(">")[2]
        method = "POST" if "POST" in rule.methods and self.random.random() < 0.5 else "GET"
        browser = self.random.choice(self.people)
        body = _encoded([("csrf_token", browser.token)]).encode() if method == "POST" else b""
        if rule.endpoint != "accounts.sign_out":
            self._send(browser, path, "", method, body, values.FORM)

    def _piece(self) -> str:
        if self.random.random() < 0.5:
            return values.raw_path(self.random)
        known = self._page()[1].split("/")
        return self.random.choice(known) or "1"

    def _body(self) -> None:
        """Send a body that is no form, or one of another kind."""
        browser, path, place = self.random.choice(
            self.forms[self.random.choice(sorted(self.forms))]
        )
        forms = self.kept[browser.username, path]
        action = forms[place].action if place < len(forms) else path
        body, kind = self.random.choice(values.BODIES)
        token = {"X-CSRFToken": browser.token} if self.random.random() < 0.8 else {}
        self._send(browser, action.partition("?")[0], "", "POST", body, kind, token)

    def _headers(self) -> None:
        """Open a page with headers, cookies and methods that no browser sends."""
        browser, path = self._page()
        names = self.random.sample(sorted(values.HEADERS), self.random.choice((1, 1, 2, 4)))
        headers = {name: self.random.choice(values.HEADERS[name]) for name in names}
        if self.random.random() < 0.3:
            stranger = Browser(self.app, "")
            headers["Cookie"] = self.random.choice(values.COOKIES)
            self._send(stranger, path, headers=headers)
            return
        methods = ("GET", "GET", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "ĐỌC")
        self._send(browser, path, "", self.random.choice(methods), headers=headers)

    def _send(
        self,
        browser: Browser,
        path: str,
        query: str = "",
        method: str = "GET",
        body: bytes = b"",
        content_type: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answer | None:
        request = (
            f"{browser.username or 'nobody'}: {method} {path}?{query} {headers} {body[:3000]!r}"
        )
        try:
            answer = browser.open(path, query, method, body, content_type, headers)
        except Exception as error:
            trace = traceback.extract_tb(error.__traceback__)
            where = next((t for t in reversed(trace) if "/tracker/" in t.filename), trace[-1])
            what = f"{type(error).__name__} at {where.filename}:{where.lineno}"
            self._note(what, request, "".join(traceback.format_exception(error)))
            return None
        self.found.statuses[answer.status] += 1
        if answer.status >= 500:
            self._note(f"{answer.status} of {self._endpoint(path, method)}", request, "")
        if answer.mimetype == "text/html" and any(sign in answer.body for sign in AS_A_PAGE):
            self._note(f"unescaped on {self._endpoint(path, method)}", request, "")
        if answer.status in (200, 303):
            self.found.taken[f"{method} {self._endpoint(path, method)}"] += 1
        is_out = answer.status == 401 or answer.location.startswith(LEAVES)
        if browser.username and is_out:
            browser.sign_in()
        return answer

    def _note(self, what: str, request: str, trace: str) -> None:
        self.found.failures.setdefault(what, Failure(what, request, trace))


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))
