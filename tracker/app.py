"""The web application: what is wired where, and what every answer carries."""

import logging
import shutil
import time
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    request,
    send_from_directory,
)
from flask_bootstrap import Bootstrap5
from flask_wtf.csrf import CSRFError, CSRFProtect
from fontpkg_be_vietnam_pro import ROOT as FONTS
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker import __version__, error_pages, templating
from tracker.accounts import views as accounts
from tracker.accounts.guard import public, user_or_none
from tracker.accounts.permissions import Permission, Role
from tracker.briefing import views as briefing
from tracker.commitments import views as commitments
from tracker.core import clock, i18n, migrate, web
from tracker.core.attempts import PatientFlask
from tracker.core.db import engine_for
from tracker.core.replica import Replica
from tracker.core.resources import folder
from tracker.core.sealing import Sealer
from tracker.core.settings import Settings, check_secret
from tracker.core.text import has_forbidden
from tracker.denunciations import views as denunciations
from tracker.denunciations.guard import is_in_room, seclude
from tracker.dialogues import views as dialogues
from tracker.documents import views as documents
from tracker.evidence.service import use_secrets
from tracker.petitions import views as petitions
from tracker.reports import views as reports
from tracker.retention import views as retention
from tracker.secluding import views as secluding
from tracker.settings import views as settings_pages
from tracker.settings.queries import last_backup_at
from tracker.settings.rules import is_too_old
from tracker.today import views as today
from tracker.trail import views as trail

BLUEPRINTS = (
    accounts.bp,
    today.bp,
    dialogues.bp,
    petitions.bp,
    commitments.bp,
    briefing.bp,
    reports.bp,
    documents.bp,
    settings_pages.bp,
    trail.bp,
    retention.bp,
    secluding.bp,
    denunciations.takers_bp,
)
MAY_BE_LATE = frozenset({Permission.READ_REPORT, Permission.EXPORT})
LISTS = frozenset(
    {"petitions.index", "dialogues.index", "commitments.index", "briefing.visits", "briefing.index"}
)
YEAR = 365 * 24 * 3600
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)
FORM_BODY, UPLOAD_BODY = 8 * 1024 * 1024, 21 * 1024 * 1024
"""Two megabytes of Vietnamese pasted by mistake are six on the wire: they come back with a word of
advice in the form, instead of being lost with the connection."""
FORM_PARTS = 1000
LARGEST_KEY = 2**31 - 1
LANGUAGE_COOKIE: dict[str, Any] = {"max_age": YEAR, "samesite": "Lax", "httponly": True}
log = logging.getLogger("tracker")


def create_app(settings: Settings) -> Flask:
    """Give the application on one register; several may live in one process."""
    check_secret(settings.secret_key)
    app = PatientFlask(
        "tracker",
        template_folder=str(folder("templates")),
        instance_path=str(settings.instance),
    )
    _configure(app, settings)
    app.extensions["sealer"] = Sealer([settings.secret_key, *settings.old_secret_keys])
    _open_databases(app, settings)
    app.before_request(_before)
    Bootstrap5(app)
    CSRFProtect(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.add_url_rule("/healthz", "healthz", public(_healthz))
    app.add_url_rule("/fonts/<name>.ttf", "font", public(_font))
    app.extensions["may_be_late"] = _views_that_may_be_late(app)
    app.after_request(_after)
    app.after_request(web.remember_writing)
    app.teardown_request(web.close_session)
    error_pages.register(app)
    templating.equip(app)
    if settings.is_behind_tls:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    return app


def _open_databases(app: Flask, settings: Settings) -> None:
    primary = engine_for(settings.database_url)
    use_secrets(primary, settings.secrets)
    app.extensions["engine"] = primary
    if settings.reports_url:
        replica = Replica(settings.reports_url, primary, settings.reports_most_lag)
        app.extensions["replica"] = replica


def close_databases(app: Flask) -> None:
    """Let go of every connection, when the application is no longer served."""
    app.extensions["engine"].dispose()
    if "replica" in app.extensions:
        app.extensions["replica"].dispose()


def _views_that_may_be_late(app: Flask) -> frozenset[str]:
    """Name what may be read from a replica: reports and files of rows by what they ask, and lists.

    All else decides or shows what was just done, and is read where it was written.
    """
    asked = (
        endpoint
        for endpoint, view in app.view_functions.items()
        if getattr(view, "permission", None) in MAY_BE_LATE
    )
    return LISTS.union(asked)


def _configure(app: Flask, settings: Settings) -> None:
    secure = settings.is_behind_tls
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.old_secret_keys),
        SESSION_COOKIE_NAME="__Host-tracker" if secure else "tracker",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        MAX_CONTENT_LENGTH=UPLOAD_BODY,
        MAX_FORM_MEMORY_SIZE=FORM_BODY,
        MAX_FORM_PARTS=FORM_PARTS,
        TRUSTED_HOSTS=list(settings.hosts),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BOOTSTRAP_SERVE_LOCAL=True,
        SEND_FILE_MAX_AGE_DEFAULT=YEAR,
        DEBUG=False,  # whatever the environment says: a trace is for the operator's log alone
        SETTINGS=settings,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.json.ensure_ascii = False  # type: ignore[attr-defined]


def _before() -> None:
    """Choose the language, bound what is sent, and refuse what another site's page sends.

    What is kept apart is closed before anything else can answer for it.
    """
    g.began = time.perf_counter()
    asked = request.args.get("lang", "")
    kept = request.cookies.get("lang", "")
    chosen = asked if asked in i18n.LANGUAGES else kept
    g.language = chosen if chosen in i18n.LANGUAGES else i18n.DEFAULT_LANGUAGE
    i18n.speak(g.language)
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception  # under a strange host's name nothing else is answered
    _bound_body()
    if request.method not in web.READING and _is_from_elsewhere():
        raise CSRFError("cross-site")
    seclude()
    _bound_values()


def _bound_body() -> None:
    """Refuse endless forms."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = FORM_BODY
        if request.get_data(cache=True).count(b"&") >= FORM_PARTS:
            raise RequestEntityTooLarge()
    elif None in request.form or None in request.files:
        raise BadRequest()  # a part without a name


def _bound_values() -> None:
    """Refuse what no page of ours sends: unreadable signs, impossible keys."""
    # A search may hold any sign: what no text of the register holds finds nothing.
    named = (value for name, value in request.args.items() if name != "q")
    values = [*(request.view_args or {}).values(), *named]
    if any(has_forbidden(value) for value in values if isinstance(value, str)):
        raise NotFound()
    if any(value > LARGEST_KEY for value in values if isinstance(value, int)):
        raise NotFound()


def _is_from_elsewhere() -> bool:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin", "")
    return site not in ("same-origin", "none") or (
        origin not in ("", "null") and origin.partition("://")[2] != request.host
    )


def _after(response: Response) -> Response:
    _tell(response)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    policy = POLICY.format(nonce=web.nonce())
    response.headers.setdefault("Content-Security-Policy", policy)
    if request.endpoint not in ("static", "font", "bootstrap.static"):
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
    if request.args.get("lang") in i18n.LANGUAGES:
        response.set_cookie("lang", g.language, **LANGUAGE_COOKIE, secure=request.is_secure)
    return response


def _tell(response: Response) -> None:
    """Log what was asked by the name of its page: an address may hold what somebody searched.

    Of what is kept apart there is no line, unless something went wrong; whoever is not let in
    asked for no page that there is.
    """
    is_apart = is_in_room()
    if is_apart and response.status_code < 400:
        return
    spent = time.perf_counter() - g.get("began", time.perf_counter())
    facts = {
        "method": request.method,
        "page": "" if is_apart else request.endpoint or "",
        "status": response.status_code,
        "ms": round(spent * 1000, 1),
    }
    log.info("answered", extra={"facts": facts})


def _healthz() -> Response:
    """Say that the database answers; to an administrator who asks for details, how things stand."""
    with web.own_session(read_only=True) as reading:
        reading.connection().exec_driver_sql("SELECT 1")
        if "details" in request.args and _is_administrator():
            return jsonify(_details(reading))
    return Response("ok", content_type="text/plain; charset=utf-8")


def _is_administrator() -> bool:
    user = user_or_none()
    return user is not None and user.role is Role.ADMIN and not user.must_change_password


def _details(reading: Session) -> dict[str, Any]:
    settings: Settings = current_app.config["SETTINGS"]
    backup_at, replica = last_backup_at(reading), web.replica()
    database = web.engine().execution_options(read_only=True)
    return {
        "version": __version__,
        "schema": migrate.revision_of(database),
        "schema_is_current": migrate.is_at_head(database),
        "last_backup_at": backup_at.isoformat() if backup_at else None,
        "backup_is_too_old": is_too_old(backup_at, clock.now()),
        "free_megabytes": shutil.disk_usage(settings.instance).free // 1024**2,
        "replica": None if replica is None else (replica.fault or "follows"),
    }


def _font(name: str) -> Response:
    return send_from_directory(FONTS / "files", f"{name}.ttf", max_age=YEAR, mimetype="font/ttf")
