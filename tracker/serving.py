"""The real server: waitress, which survives slow clients, started after a self-check."""

import ipaddress
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import waitress
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tracker import sending
from tracker.app import close_databases, create_app
from tracker.core import selfcheck
from tracker.core.errors import TrackerError
from tracker.core.i18n import Message, say
from tracker.core.settings import Settings
from tracker.journal.models import JournalEntry

LIMITS = {
    "connection_limit": 500,
    "asyncore_use_poll": True,  # the other way takes no more than 1024 open files
    "channel_timeout": 50,
    "cleanup_interval": 10,  # so that whoever takes nothing is given up within a minute
    "max_request_body_size": 25 * 1024 * 1024,
    "outbuf_high_watermark": sending.NEVER_WAIT,
    "ident": None,  # the answer does not name its server
    "clear_untrusted_proxy_headers": True,
}
BEHIND_TLS = {
    "trusted_proxy": "127.0.0.1",
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
}
ANYWHERE = ("", "0.0.0.0", "::")


def check(engine: Engine, settings: Settings) -> None:
    """Refuse to serve a register that is out of date or that this machine cannot keep safely."""
    if behind := selfcheck.schema_problem(engine):
        raise TrackerError(behind.msgid)
    _close_to_others(settings.instance)
    with Session(engine) as session:
        newest = session.scalar(select(func.max(JournalEntry.recorded_at)))
    found: list[Message] = selfcheck.problems(engine, settings.instance, newest)
    if found:
        sentences = "\n".join(say(problem) for problem in found)
        raise TrackerError(sentences)


def _close_to_others(instance: Path) -> None:
    """Take from others what is ours to close; what is not ours, the self-check tells of."""
    if os.name == "posix" and instance.stat().st_uid == os.geteuid():
        instance.chmod(0o700)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(
    settings: Settings, host: str, port: int, threads: int, started: Callable[[str], None]
) -> None:
    """Serve until told to stop; `started` is told the address once it answers."""
    sending.give_memory_back()
    app = create_app(_answering_to(settings, host))
    try:
        server = _bound(app, settings, host, port, threads)
        sending.prepare(server, settings.instance)
        signal.signal(signal.SIGTERM, _stop)
        started(_address(server, host))
        server.run()  # returns after the requests under way, on Ctrl+C and on SIGTERM
    finally:
        close_databases(app)


def _answering_to(settings: Settings, host: str) -> Settings:
    if host in ANYWHERE or host in settings.hosts:
        return settings
    return replace(settings, hosts=(*settings.hosts, host))


def _bound(app: Flask, settings: Settings, host: str, port: int, threads: int) -> Any:
    proxy = BEHIND_TLS if settings.is_behind_tls else {}
    try:
        return waitress.create_server(app, host=host, port=port, threads=threads, **LIMITS, **proxy)
    except (OSError, ValueError) as refusal:
        raise TrackerError(
            "Cannot listen on %(host)s port %(port)s: %(reason)s",
            host=host,
            port=port,
            reason=getattr(refusal, "strerror", None) or refusal,
        ) from None


def _address(server: Any, host: str) -> str:
    listening = getattr(server, "effective_listen", None)
    port = listening[0][1] if listening else server.effective_port
    shown = "127.0.0.1" if host in ANYWHERE else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _stop(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)
