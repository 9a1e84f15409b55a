"""Browsers that may send any bytes at all, straight into the application."""

import hashlib
import io
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from werkzeug.test import run_wsgi_app

from tracker.accounts.guard import TOKEN
from tracker.accounts.models import FailedSignIn, RoleRule, SecondFactor, SignIn, User
from tracker.core import clock

CSRF = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@dataclass(slots=True)
class Answer:
    """What came back."""

    status: int
    location: str
    mimetype: str
    body: bytes


@dataclass(slots=True)
class Browser:
    """One person's browser, or nobody's, with its cookies and the token of its pages."""

    app: Flask
    username: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def open(
        self,
        path: str,
        query: str = "",
        method: str = "GET",
        body: bytes = b"",
        content_type: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request; path and query as they stand on the wire."""
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": _on_the_wire(query),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": content_type,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in (headers or {}).items():
            key = name.upper().replace("-", "_")
            key = key if key.startswith("CONTENT_") else f"HTTP_{key}"
            environ[key] = _on_the_wire(value)
        pieces, status, told = run_wsgi_app(self.app, environ, buffered=True)
        for line in told.getlist("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        mimetype = told.get("Content-Type", "").partition(";")[0]
        return Answer(int(status[:3]), told.get("Location", ""), mimetype, b"".join(pieces))

    def sign_in(self) -> None:
        """Be the person again, whatever was done to their account; nobody stays nobody."""
        self.cookies.clear()
        if self.username:
            sign_in = secrets.token_urlsafe(32)
            _open_sign_in(self.app, self.username, sign_in)
            writer = self.app.session_interface.get_signing_serializer(self.app)
            self.cookies["tracker"] = writer.dumps({TOKEN: sign_in})  # type: ignore[union-attr]
        page = self.open("/account" if self.username else "/sign-in")
        found = CSRF.search(page.body.decode())
        assert found, (self.username, page.status, page.location)
        self.token = found[1]


def _on_the_wire(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _open_sign_in(app: Flask, username: str, token: str) -> None:
    now = clock.now()
    with Session(app.extensions["engine"]) as session:
        person = update(User).where(User.username == username)
        session.execute(
            person.values(is_disabled=False, must_change_password=False, password_expires_at=None)
        )
        for table in (RoleRule, SecondFactor, FailedSignIn):
            session.execute(delete(table))
        user = session.query(User).filter_by(username=username).one()
        session.add(
            SignIn(
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
                user_id=user.id,
                started_at=now,
                last_seen_at=now,
            )
        )
        session.commit()
