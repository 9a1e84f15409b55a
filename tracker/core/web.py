"""What every view stands on: the request's database session, downloads, and the nonce."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, g, has_request_context, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from tracker.core.sealing import Sealer

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def engine() -> Engine:
    """Give the engine of the running application."""
    kept: Engine = current_app.extensions["engine"]
    return kept


def sealer() -> Sealer:
    """Give what seals texts with the running application's secret."""
    kept: Sealer = current_app.extensions["sealer"]
    return kept


def db_session() -> Session:
    """Give the request's own session; a request that only reads never takes the write lock."""
    if "session" not in g:
        reads = not has_request_context() or request.method in READING
        bind = engine().execution_options(read_only=True) if reads else engine()
        g.session = Session(bind, expire_on_commit=False)
    session: Session = g.session
    return session


def own_session(*, read_only: bool) -> Session:
    """Give a session that outlives or stands beside the request's; the caller closes it.

    One that writes ends the request's own reading first: where readers and the writer exclude each
    other, it would wait for itself.
    """
    if not read_only:
        close_session()
    return Session(engine().execution_options(read_only=read_only), expire_on_commit=False)


def close_session(_error: BaseException | None = None) -> None:
    """Give the request's connection back."""
    if (session := g.pop("session", None)) is not None:
        session.close()


def streamed(read: Callable[[Session], Iterator[str]]) -> Iterator[str]:
    """Read after the view has returned, on a session that closes with the download."""
    session = own_session(read_only=True)

    def pieces() -> Iterator[str]:
        with session:
            yield from read(session)

    return pieces()


def download(body: Iterator[str] | Iterator[bytes] | bytes, media_type: str, name: str) -> Response:
    """Answer with a file to keep; a name in any script reaches every browser."""
    response = Response(body, content_type=media_type)
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    return response


def nonce() -> str:
    """Give this answer's nonce for scripts; made when first asked for."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def is_local_path(path: str) -> bool:
    """Tell whether an address may be followed after signing in: a path of this server only."""
    starts_here = path.startswith("/") and not path.startswith("//")
    return starts_here and "\\" not in path and path.isprintable()


def opens_for_reading(path: str) -> bool:
    """Tell whether an address of this server can be opened as a page."""
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path, method="GET"))
    except HTTPException:
        return False


def quoted(text: str) -> str:
    """Write a text so that it can stand in an address."""
    return quote(text, safe="")


def address_with(changes: Mapping[str, Any]) -> str:
    """Give the present page's address with some of its arguments changed; None takes one away."""
    arguments = request.args.to_dict()
    for name, value in changes.items():
        if value is None:
            arguments.pop(name, None)
        else:
            arguments[name] = str(value)
    query = "&".join(f"{quote(key)}={quote(value)}" for key, value in arguments.items())
    return f"{request.path}?{query}" if query else request.path
