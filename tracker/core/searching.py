"""Words that are searched for, which may be a citizen's name: no address tells them.

The form sends them as its body; the address that it leads to holds them sealed, for the sign-in
that searched and as long as that lasts. Nothing of them is kept by the server.
"""

import hashlib
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from flask import abort, flash, redirect, request, session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tracker.core.i18n import gettext
from tracker.core.sealing import SealBroken
from tracker.core.web import SIGN_IN, sealer

WORDS = "q"
SEALED = "~"
"""What sealed words begin with; others were written into the address by somebody."""
MOST = 200
UNTOLD = "…"


def searched_address(path: str) -> str:
    """Give the address of the list that a form asks for, without what was left empty."""
    typed = request.form.items(multi=True)
    asked = [(name, text) for name, text in typed if text.strip() and name != "csrf_token"]
    return _address(path, [(n, _sealed(text) if n == WORDS else text) for n, text in asked])


def without_blanks() -> Response | None:
    """Lead to the address without what was left empty in it; None where nothing was."""
    said = [(name, text) for name, text in request.args.items(multi=True) if text.strip()]
    if all(text.strip() for text in request.args.values()):
        return None
    return redirect(_address(request.path, said), 303)


def typed_arguments() -> MultiDict[str, str]:
    """Give what the address asks for, with the words as they were typed.

    Those of another sign-in cannot be read: the list without them is shown, and says so.
    """
    arguments = request.args.copy()
    words = arguments.get(WORDS, "")
    if words.startswith(SEALED):
        opened = _opened(words)
        if opened is None:
            _without_words(arguments)
        arguments[WORDS] = opened or ""
    return arguments


def addressed(arguments: Mapping[str, str]) -> dict[str, str]:
    """Give arguments with the words as the address has them, for the links of its page."""
    kept = dict(arguments)
    if WORDS in kept:
        kept[WORDS] = request.args[WORDS]
    return kept


def narrowed_by(
    labels: Mapping[str, str], shown: Mapping[str, str], *, tells_words: bool = False
) -> list[str]:
    """Say in a file by what its list was narrowed; that words were searched for, but not which."""
    told = {name: UNTOLD if name == WORDS and not tells_words else shown[name] for name in shown}
    return [f"{gettext(labels[name])}: {word}" for name, word in told.items()]


def journaled(arguments: Mapping[str, str]) -> list[str]:
    """Say for the journal what was asked; that words were searched for, but not which."""
    filters = [f"{name}={text}" for name, text in arguments.items() if name != WORDS]
    return [*filters, WORDS] if WORDS in arguments else filters


def _address(path: str, arguments: Iterable[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(list(arguments))}".rstrip("?")


def _sealed(words: str) -> str:
    return SEALED + sealer().seal(f"{_searcher()}\n{words.strip()[:MOST]}")


def _opened(sealed: str) -> str | None:
    try:
        searcher, _, words = sealer().opened(sealed.removeprefix(SEALED)).partition("\n")
    except SealBroken:
        return None
    return words if searcher == _searcher() else None


def _searcher() -> str:
    """Give a sign of the sign-in, which tells nothing of its token."""
    return hashlib.sha256(str(session.get(SIGN_IN, "")).encode()).hexdigest()[:12]


def _without_words(arguments: MultiDict[str, str]) -> None:
    flash(gettext("Words are searched for within one sign-in only; type them again."), "info")
    rest = [(name, text) for name, text in arguments.items(multi=True) if name != WORDS]
    page = "/" + request.path.strip("/").partition("/")[0].partition(".")[0]
    abort(redirect(_address(page, rest), 303))
