"""Making a register and keeping it whole: schema, seeds, checks, backups, moves."""

from datetime import datetime
from itertools import chain, islice
from pathlib import Path

import click
from sqlalchemy.orm import Session

from tracker import backups, transferring
from tracker.attachments.queries import file_mismatches, loose_files
from tracker.cli.program import (
    cli,
    engine_of,
    opened,
    print_password,
    register,
    warn_of_wrong_files,
)
from tracker.core import clock, settings
from tracker.core.errors import TrackerError
from tracker.core.i18n import N_, gettext, ngettext, shown_number
from tracker.core.settings import FILES
from tracker.evidence.queries import is_under_another_secret
from tracker.installing import bring_up_to_date, install, keep_evidence, refuse_people
from tracker.journal.queries import entry_on_paper
from tracker.places.models import Place
from tracker.seeding import seed_all
from tracker.settings.service.backups import note_restored, note_verified
from tracker.spoken import asked_for, option, progress_bar
from tracker.verifying import ANOTHER_SECRET, mismatches, unfit

MOST_LINES = 100
"""So many differences are told: whoever mends them asks again."""


@cli.command(help=N_("Make a fresh register without demonstration data, and its administrator."))
@option("--admin", help=N_("User name of the first administrator."))
@option("--name", help=N_("Full name of the first administrator."))
@option("--place", "place_key", help=N_("Key of the administrator's place."))
def init(admin: str | None, name: str | None, place_key: str | None) -> None:
    """Make the schema, the lists, the calendar and the first administrator."""
    with engine_of(settings.from_environment()) as engine:
        refuse_people(engine)
        username = admin or asked_for("--admin", N_("User name of the first administrator"))
        full_name = name or asked_for("--name", N_("Full name of the first administrator"))
        key = place_key or asked_for("--place", N_("Key of the place"), "toan-he-thong")
        password = install(engine, username, full_name, key)
    click.echo(gettext("The register is made. Next: “tracker serve”."))
    print_password(username, password)


@cli.command(help=N_("Bring the database's schema up to date."))
def upgrade() -> None:
    """Bring the schema to the newest revision, and the ledger with it."""
    with engine_of(settings.from_environment()) as engine:
        bring_up_to_date(engine)
    click.echo(gettext("The database is up to date."))


@cli.command(help=N_("Bring in places, categories, departments, calendar and the article's cases."))
def seed() -> None:
    """Bring in what is not there yet."""
    with register() as session:
        seed_all(session)
    click.echo(gettext("The seeds are in the register."))


@cli.command(help=N_("Recount the ledger from the steps; exit status 1 when anything differs."))
@option("--head", help=N_("Digest of the journal as a printed report has it, or its first signs."))
def verify(head: str | None) -> None:
    """Compare movements with steps, the journal with its chains, and files with their digests."""
    root = settings.from_environment().instance / settings.FILES
    with register(read_only=True) as session:
        if head:
            _compare_paper(session, head)
        found = chain(mismatches(session), unfit(session), file_mismatches(session, root))
        lines = list(islice(found, MOST_LINES))
    with register() as session:
        note_verified(session, clock.now(), len(lines))
    if lines:
        differences = "\n".join(lines)
        raise TrackerError(differences)
    click.echo(
        gettext(
            "The ledger agrees with the steps, the journal with its chains, the files with their"
            " digests."
        )
    )


def _compare_paper(session: Session, head: str) -> None:
    """Say which entry a paper names; a journal that was written anew holds none."""
    entry = entry_on_paper(session, head)
    if entry is None:
        raise TrackerError(
            "The journal holds no entry with this digest: it is not the one that the paper was"
            " printed from."
        )
    place = session.get(Place, entry.place_id) if entry.place_id else None
    click.echo(
        gettext(
            "The paper agrees with the journal of %(place)s up to entry %(number)s, %(moment)s.",
            place=place.name if place else gettext("Whole register"),
            number=entry.number,
            moment=clock.shown_moment(entry.recorded_at),
        )
    )


@cli.command(help=N_("Take all records as they stand now as what the program left."))
@option("--anew", is_flag=True, help=N_("Also those that have evidence: after a lost secret."))
def evidence(anew: bool) -> None:
    """Digest what has no evidence, or everything anew; the journal tells of it."""
    with register() as session:
        done = keep_evidence(session, anew=anew)
    click.echo(ngettext("%(num)s record digested.", "%(num)s records digested.", done))


@cli.command(help=N_("List files that no record knows; a killed server may leave some."))
@option("--sweep", is_flag=True, help=N_("Delete them."))
def files(sweep: bool) -> None:
    """Print the names of loose files, and delete them when asked."""
    root = settings.from_environment().instance / settings.FILES
    with register(read_only=True) as session:
        loose = loose_files(session, root, clock.now())
    for path in loose:
        click.echo(path.name)
        if sweep:
            path.unlink()
    click.echo(ngettext("%(num)s loose file.", "%(num)s loose files.", len(loose)))


key_option = option(
    "--key-file",
    envvar="TRACKER_BACKUP_KEY_FILE",
    type=click.Path(path_type=Path),
    help=N_("File with the key of backups; it lies elsewhere than they."),
)


@cli.command("backup-key", help=N_("Make a key that backups are encrypted with, in a new file."))
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
def backup_key(path: Path) -> None:
    """Make a key for backups; whoever loses it cannot read any of them."""
    backups.make_key(path)
    click.echo(
        gettext(
            "%(path)s holds the key. Keep a copy apart from the backups: without it none can be"
            " read.",
            path=path,
        )
    )


@cli.command(help=N_("Write the whole register with its files into one file, and verify it."))
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@option(
    "--keep",
    type=click.IntRange(1, 1000),
    help=N_("With a folder for FILE: keep so many newest backups there, and remove older ones."),
)
@key_option
def backup(path: Path, keep: int | None, key_file: Path | None) -> None:
    """Make a backup while the register goes on; older ones go only once it was found whole."""
    if keep and not path.is_dir():
        raise click.UsageError(gettext("--keep asks for a folder."))
    kept = settings.from_environment()
    key = backups.read_key(key_file, path) if key_file else None
    with (
        engine_of(kept) as engine,
        progress_bar(N_("Bytes"), backups.bytes_to_copy(engine)) as progress,
    ):
        made = backups.back_up(engine, kept.instance / FILES, path, progress, key)
    removed = backups.rotate(path, keep, made.path) if keep else []
    click.echo(
        gettext(
            "%(path)s was read back whole. Rows: %(rows)s; files: %(files)s.",
            path=made.path,
            rows=shown_number(made.rows),
            files=shown_number(made.files),
        )
    )
    for old in removed:
        click.echo(gettext("Removed: %(path)s", path=old))
    warn_of_wrong_files(made.wrong_files)


@cli.command(help=N_("Bring a backup back into an empty place, once it was found whole."))
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@key_option
def restore(path: Path, key_file: Path | None) -> None:
    """Bring the register and its files back; what is there already is never overwritten."""
    kept = settings.from_environment()
    key = backups.read_key(key_file, path) if key_file else None
    size = path.stat().st_size if backups.is_encrypted(path) else backups.size_of(path)
    with engine_of(kept) as engine, progress_bar(N_("Bytes"), size) as progress:
        done = backups.restore(engine, kept.instance, path, progress, key)
        is_foreign = False
        if not done.needs_upgrade:
            with Session(engine) as session:
                note_restored(session, done.made_at)
                is_foreign = is_under_another_secret(session)
    click.echo(
        gettext(
            "The register of %(moment)s is back. Rows: %(rows)s; files: %(files)s.",
            moment=clock.shown_moment(datetime.fromisoformat(done.made_at)),
            rows=shown_number(done.rows),
            files=shown_number(done.files),
        )
    )
    warn_of_wrong_files(done.wrong_files)
    if is_foreign:
        click.echo(gettext(ANOTHER_SECRET), err=True)
    follow = "tracker upgrade" if done.needs_upgrade else "tracker serve"
    click.echo(gettext("Next: “%(command)s”.", command=follow))


@cli.command(help=N_("Move the whole register to another, empty database, and verify it there."))
@option(
    "--to",
    "address",
    required=True,
    envvar="TRACKER_TRANSFER_TO",
    help=N_("Address of the empty database: postgresql+psycopg://… or sqlite:///…"),
)
def transfer(address: str) -> None:
    """Move everything to another database; the present one is only read."""
    if not address.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise click.UsageError(gettext("--to is no address of a database."))
    kept = settings.from_environment()
    with (
        engine_of(kept) as source,
        opened(address, kept) as target,
        progress_bar(N_("Rows"), transferring.rows_in(source)) as progress,
    ):
        moved = transferring.transfer(source, target, kept.instance / FILES, progress)
    _print_moved(moved)


def _print_moved(moved: transferring.Moved) -> None:
    click.echo(
        gettext(
            "%(rows)s rows of %(tables)s tables were moved and compared; ledger and look-up agree.",
            rows=shown_number(moved.rows),
            tables=moved.tables,
        )
    )
    click.echo(
        gettext(
            "Next: put the new address into TRACKER_DATABASE_URL. Attachments stay in the instance"
            " folder. The old database is as it was."
        )
    )
    warn_of_wrong_files(moved.wrong_files)
    if moved.source_went_on:
        raise TrackerError(
            "Somebody worked in the old database meanwhile: what they did is not in the new one."
            " Stop every server, empty the new database, and move again."
        )
