"""How the register and its machine stand, for whoever looks after them."""

import shutil
from typing import Any

from flask import current_app, render_template
from sqlalchemy import func, select

from tracker import __version__
from tracker.accounts.guard import current_scope, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock, migrate, selfcheck, web
from tracker.core.settings import Settings
from tracker.core.web import db_session
from tracker.journal.models import JournalEntry
from tracker.journal.queries import head_of
from tracker.settings import queries
from tracker.settings.rules import is_too_old
from tracker.settings.views.frame import bp


@bp.get("/settings/health")
@requires(Permission.READ_JOURNAL)
def health() -> str:
    """Show backup, verification, journal, disk, schema and versions, and what must be seen to."""
    session, scope = db_session(), current_scope()
    kept: Settings = current_app.config["SETTINGS"]
    engine = web.engine().execution_options(read_only=True)
    newest = session.scalar(select(func.max(JournalEntry.recorded_at)))
    problems = selfcheck.problems(engine, kept.instance, newest)
    if found := selfcheck.schema_problem(engine):
        problems.append(found)
    backup_at = queries.last_backup_at(session)
    return render_template(
        "settings/health.html",
        problems=problems,
        backup_at=backup_at,
        is_backup_old=is_too_old(backup_at, clock.now()),
        verified=queries.last_verified(session),
        head=head_of(session, scope.home.id),
        home=scope.home,
        newest=newest,
        now=clock.now(),
        counts=queries.counts(session, scope.ids),
        program=_program(kept),
    )


def _program(kept: Settings) -> dict[str, Any]:
    engine, replica = web.engine().execution_options(read_only=True), web.replica()
    usage, standing = shutil.disk_usage(kept.instance), replica.standing() if replica else None
    return {
        "version": __version__,
        "schema": migrate.revision_of(engine),
        "engine": _engine_version(engine.dialect.name),
        "free": usage.free // 1024**2,
        "total": usage.total // 1024**2,
        "has_replica": replica is not None,
        "lag": int(standing.lag.total_seconds()) if standing else None,
        "replica_fault": replica.fault if replica else "",
        "scans": bool(kept.scan_command or kept.scan_socket),
    }


def _engine_version(name: str) -> str:
    asked = "SELECT sqlite_version()" if name == "sqlite" else "SHOW server_version"
    version = db_session().connection().exec_driver_sql(asked).scalar_one()
    return f"{'SQLite' if name == 'sqlite' else 'PostgreSQL'} {version}"
