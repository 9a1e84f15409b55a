"""What every view stands on: the request's database session, downloads, and the nonce."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any, AnyStr
from urllib.parse import quote

from flask import Response, current_app, g, has_request_context, request, session
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from tracker.core.db import NOTHING_LEAVES, is_sqlite, looking, reading
from tracker.core.lasting import hand_mark
from tracker.core.replica import Replica, Standing
from tracker.core.sealing import Sealer
from tracker.core.turns import Turns

FILES = Turns(at_once=3, patience=2)
"""How many files may be made at once, and how many seconds one more waits for its turn."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
SIGN_IN = "sign_in"
"""In the browser's cookie: the token of the person's sign-in."""
WRITTEN = "written"
"""In the browser's cookie: where the log of the primary stood after the person's last act."""


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
        bind = looking(_read_from()) if reads else engine()
        g.session = Session(bind, expire_on_commit=False)
        if (before := g.pop("read_before", None)) is not None:
            hand_mark(before, g.session)
    kept: Session = g.session
    return kept


def go_on_with(session: Session) -> None:
    """Let the request go on in a session that has read for it, where it may; else close that one.

    What it loaded belongs to no session from here on.
    """
    session.expunge_all()
    if request.method in READING and replica() is None and "session" not in g:
        g.session = session
        return
    g.read_before = session
    session.close()


def replica() -> Replica | None:
    """Give the replica that reports are read from, where there is one."""
    kept: Replica | None = current_app.extensions.get("replica")
    return kept


def standing() -> Standing | None:
    """Give the moment that this page shows when it was read from the replica."""
    kept: Standing | None = g.get("standing")
    return kept


def leave_replica(error: SQLAlchemyError) -> bool:
    """Turn to the primary for the rest of this request if it was the replica that failed."""
    kept = replica()
    if kept is None or standing() is None or g.get("stays_on_primary"):
        return False
    g.stays_on_primary = True
    kept.mistrust(error)
    return True


def remember_writing(response: Response) -> Response:
    """Let a person see at once what they wrote, however far behind the replica is."""
    kept = replica()
    if kept is not None and request.method not in READING and response.status_code < 400:
        try:
            session[WRITTEN] = kept.position()
        except SQLAlchemyError as error:
            kept.mistrust(error)
    return response


def _read_from() -> Engine:
    """Choose the replica for pages that may be a moment late, else the primary."""
    kept = replica()
    if kept is None or not has_request_context() or g.get("stays_on_primary"):
        return engine()
    if request.endpoint not in current_app.extensions["may_be_late"]:
        return engine()
    found = kept.standing(session.get(WRITTEN, 0))
    if found is None:
        return engine()
    g.standing = found
    return kept.engine


def look() -> Session:
    """Give a session that stands beside the request's, for a question or two."""
    return Session(looking(engine()), expire_on_commit=False)


def one_moment() -> Session:
    """Give a session beside the request's that sees one moment of the register, and may stream."""
    source = reading(_read_from()).execution_options(read_only=True)
    return Session(source, expire_on_commit=False)


def stay_at_one_moment() -> Session:
    """Let the request go on in a session that sees one moment of the register, and give it.

    SQLite shows one moment from the first statement on.
    """
    if not is_sqlite(db_session()):
        close_session()
        g.session = one_moment()
    return db_session()


def own_session(*, read_only: bool) -> Session:
    """Give a session that outlives or stands beside the request's; the caller closes it.

    One that writes ends the request's own reading first: where readers and the writer exclude each
    other, it would wait for itself.
    """
    if not read_only:
        close_session()
    source = engine().execution_options(read_only=read_only)
    return Session(source, expire_on_commit=False, info={NOTHING_LEAVES: _asks_for_headers()})


def _asks_for_headers() -> bool:
    return has_request_context() and request.method == "HEAD"


def close_session(_error: BaseException | None = None) -> None:
    """Give the request's connection back."""
    if (session := g.pop("session", None)) is not None:
        session.close()


def streamed(read: Callable[[Session], Iterator[AnyStr]]) -> Iterator[AnyStr]:
    """Read after the view has returned, on a session that closes with the download."""
    turn = FILES.take()
    source, kept = _read_from(), replica()
    session = Session(source.execution_options(read_only=True), expire_on_commit=False)
    primary = own_session(read_only=True)

    def pieces() -> Iterator[AnyStr]:
        with turn, session, primary:
            try:
                lines = read(session)
                first = next(lines)
            except SQLAlchemyError as error:
                # Nothing has left yet, so the primary can still give all of it.
                if kept is None or source is not kept.engine:
                    raise
                kept.mistrust(error)
                lines = read(primary)
                first = next(lines)
            yield first
            yield from lines

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
