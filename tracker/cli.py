"""The `tracker` command."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import NewUser, add_user
from tracker.core import migrate, settings
from tracker.core.db import engine_for
from tracker.core.errors import TrackerError
from tracker.core.i18n import say
from tracker.petitions.queries import ledger_mismatches
from tracker.places.models import Place
from tracker.seeding import seed_all


@click.group()
def cli() -> None:
    """Keep a commune's register of dialogues and petitions."""


def main() -> None:
    """Run the command; an expected refusal is one sentence and exit status 1."""
    try:
        cli()
    except TrackerError as refusal:
        click.echo(say(refusal), err=True)
        sys.exit(1)


@cli.command()
def upgrade() -> None:
    """Bring the database's schema up to date."""
    engine = engine_for(settings.from_environment().database_url)
    migrate.upgrade(engine)
    engine.dispose()
    click.echo("Cơ sở dữ liệu đã ở phiên bản mới nhất.")


@cli.command()
def seed() -> None:
    """Bring in places, categories, departments and the article's cases."""
    with _register() as session:
        seed_all(session)
    click.echo("Đã nạp dữ liệu ban đầu.")


@cli.command()
def verify() -> None:
    """Recount the ledger from the steps; exit status 1 when anything differs."""
    with _register() as session:
        lines = ledger_mismatches(session)
    if lines:
        raise TrackerError("\n".join(lines))
    click.echo("Sổ cái khớp với các bước xử lý.")


@cli.group()
def user() -> None:
    """Make and list people."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--place", "place_key", required=True, help="Key of the person's place.")
def add(username: str, name: str, role: str, place_key: str) -> None:
    """Make a person; prints a password that must be changed at first sign-in."""
    password = secrets.token_urlsafe(16)
    with _register() as session:
        place_id = session.scalar(select(Place.id).where(Place.key == place_key))
        if place_id is None:
            raise TrackerError(f"Không có địa bàn “{place_key}”.")
        new = NewUser(username, name, Role(role), place_id, password, must_change=True)
        add_user(session, None, new)
    click.echo(f"{username}: {password}")


@user.command("list")
def list_users() -> None:
    """List people with their roles and places."""
    with _register() as session:
        for person in session.scalars(select(User).order_by(User.username)):
            click.echo(f"{person.username}\t{person.full_name}\t{person.role}\t{person.place.name}")


@contextmanager
def _register() -> Iterator[Session]:
    engine = engine_for(settings.from_environment().database_url)
    try:
        if not migrate.is_at_head(engine):
            raise TrackerError("Cơ sở dữ liệu chưa cập nhật: hãy chạy “tracker upgrade”.")
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()
