"""What every command stands on: the program itself, an open register, and what is said alike."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.core import migrate, settings
from tracker.core.db import engine_for, reading
from tracker.core.errors import TrackerError
from tracker.core.i18n import LANGUAGES, N_, gettext
from tracker.evidence.service import use_secrets
from tracker.spoken import SpokenProgram, choose_language, option

SERVE = "serve"
FILES = ("clocks", "keeping", "people", "showing", "serving")
"""Where the commands stand; `serve` alone in the last."""


class Program(SpokenProgram):
    """The program, which reads in its commands when it needs them."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        read_in(FILES[-1:] if cmd_name == SERVE else FILES)
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        read_in(FILES)
        return super().list_commands(ctx)


def read_in(files: Sequence[str] = FILES) -> None:
    """Read in the files of some commands."""
    for name in files:
        import_module(f"tracker.cli.{name}")


@click.group(cls=Program, help=N_("Keep a register of dialogues and petitions."))
@option(
    "--lang",
    type=click.Choice(list(LANGUAGES)),
    is_eager=True,
    expose_value=False,
    callback=choose_language,
    help=N_("Language of the messages: vi or en."),
)
def cli() -> None:
    """Hold the commands together; what was read in for them is looked through no more."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@contextmanager
def engine_of(kept: settings.Settings) -> Iterator[Engine]:
    with opened(kept.database_url, kept) as engine:
        yield engine


@contextmanager
def opened(address: str, kept: settings.Settings) -> Iterator[Engine]:
    engine = engine_for(address, for_long_work=True)
    use_secrets(engine, kept.secrets)
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
        click.echo(said, err=True)
