"""The floor: bare Flask pages that render the register's own templates from a ready list.

`python -m tests.bench.floor --port N` signs in to the register of the environment, opens each page
once, keeps what its template was given and who asked, and serves the same page from then on without
database, sign-in or guard. `--bare` serves one word with the same libraries imported: what start
and memory are held against.
"""

import argparse
import sys
from typing import Any

from flask import Flask, g, redirect, request, template_rendered
from waitress import create_server

THREADS = 8


def bare() -> Flask:
    """Give a Flask app of one word, with the libraries imported that the register stands on.

    Some of them it reads in only when they are needed: the schema's history, the commonest
    passwords, the catalogues' reader. The floor has them from the start.
    """
    import alembic.command
    import argon2
    import babel.support
    import click
    import cryptography.fernet
    import filetype
    import flask_bootstrap
    import flask_wtf
    import PIL.Image
    import pyotp
    import segno
    import sqlalchemy.orm
    import wtforms
    import zxcvbn.frequency_lists

    app = Flask("bare")
    app.config["USED"] = (
        *(alembic.command, argon2, babel.support, click, cryptography, filetype, flask_bootstrap),
        *(flask_wtf, PIL.Image, pyotp, segno, sqlalchemy, wtforms, zxcvbn),
    )

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app


def floor(pages: dict[str, tuple[str, str]]) -> Flask:
    """Give the floor of some pages: by the name of each, who opens it and its address."""
    from tests.bench.registers import PASSWORD
    from tracker.app import create_app
    from tracker.core.settings import from_environment

    real = create_app(from_environment())
    opened = {name: _opened(real, *page, PASSWORD) for name, page in pages.items()}
    kept = {name: found for name, found in opened.items() if found}
    app = Flask("floor")
    app.config.update(SECRET_KEY="x" * 32, WTF_CSRF_ENABLED=False)
    app.jinja_env = real.jinja_env
    for rule in real.url_map.iter_rules():
        # Only so that the templates find the addresses they lead to.
        if rule.endpoint != "static":
            app.url_map.add(rule.empty())

    @app.get("/floor/<name>")
    def page(name: str) -> str:
        template, context = kept[name]
        g.user, g.scope = context["user"], context["scope"]  # the frame asks who may go where
        return str(template.render(context))

    @app.post("/floor/<name>")
    def send(name: str) -> Any:
        request.form.to_dict()
        return redirect(f"/floor/{name}", 303)

    return app


def _opened(app: Flask, person: str, path: str, password: str) -> tuple[Any, dict[str, Any]] | None:
    seen: list[tuple[Any, dict[str, Any]]] = []

    def keep(_app: Flask, template: Any, context: dict[str, Any], **_: Any) -> None:
        seen.append((template, dict(context)))

    client = app.test_client()
    with template_rendered.connected_to(keep, app):
        token = _token(client.get("/sign-in").text)
        sent = {"csrf_token": token, "username": person, "password": password}
        client.post("/sign-in", data=sent)
        seen.clear()
        answer = client.get(path)
    return seen[-1] if answer.status_code == 200 else None


def _token(page: str) -> str:
    from tests.bench.serving import TOKEN

    found = TOKEN.search(page)
    return found[1] if found else ""


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--page", action="append", default=[], help="name=person=address")
    given = parser.parse_args()
    pages = {name: (who, path) for name, who, path in (p.split("=", 2) for p in given.page)}
    app = bare() if given.bare else floor(pages)
    if not given.bare:
        app.add_url_rule("/floor", "floor", lambda: "ok")
    create_server(app, host="127.0.0.1", port=given.port, threads=THREADS).run()


if __name__ == "__main__":
    sys.exit(main())
