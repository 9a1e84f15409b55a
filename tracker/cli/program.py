"""What every command stands on: the program itself, an open register, and what is said alike."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.core import migrate, settings
from tracker.core.db import engine_for, reading
from tracker.core.errors import TrackerError
from tracker.core.i18n import LANGUAGES, N_, gettext
from tracker.spoken import SpokenProgram, choose_language, option

from tracker.evidence.service import use_secrets

@click.group(cls=SpokenProgram, help=N_("Keep a register of dialogues and petitions."))
@option(
    "--lang",
    type=click.Choice(list(LANGUAGES)),
    is_eager=True,
    expose_value=False,
    callback=choose_language,
    help=N_("Language of the messages: vi or en."),
)
def cli() -> None:
    """Hold the commands together."""


@contextmanager
def engine_of(kept: settings.Settings) -> Iterator[Engine]:
    with opened(kept.database_url, kept) as engine:
        yield engine


@contextmanager
def opened(address: str, kept: settings.Settings) -> Iterator[Engine]:
    engine = engine_for(address, for_long_work=True)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def register(*, read_only: bool = False) -> Iterator[Session]:
    """Open the register; reading alone keeps nobody from writing and sees one moment of it."""
    with engine_of(settings.from_environment()) as engine:
        if not migrate.is_at_head(engine):
            raise TrackerError("The database is not up to date: run “tracker upgrade”.")
        with Session(reading(engine) if read_only else engine) as session:
            yield session


def print_password(username: str, fresh: str) -> None:
    click.echo(f"{username}: {fresh}")
    click.echo(
        gettext("Shown only now, valid for 72 hours, to be changed at the first sign-in."), err=True
    )


def warn_of_wrong_files(codes: list[str]) -> None:
    if codes:
        named = ", ".join(sorted(set(codes)))
        said = gettext("Files of these records are missing or altered: %(codes)s", codes=named)
    use_secrets(engine, kept.secrets)
        click.echo(said, err=True)
