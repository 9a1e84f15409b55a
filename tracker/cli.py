"""The `tracker` command."""

import os
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import Timer

import click
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tracker import backups, generating, serving, transferring
from tracker import demo as demonstration
from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.queries import person_named
from tracker.accounts.service import give_new_password
from tracker.calendar.rules import Limit, Unit
from tracker.core import clock, migrate, settings
from tracker.core.clock import shown_date
from tracker.core.dates import parse_day
from tracker.core.db import engine_for, reading
from tracker.core.errors import TrackerError
from tracker.core.i18n import LANGUAGES, N_, gettext, ngettext, say, shown_number
from tracker.core.settings import FILES
from tracker.explaining import calendar_in, explained, limit_named, lines_of
from tracker.installing import add_person, bring_up_to_date, install, refuse_people
from tracker.reminders.rules import Digest, body, day_of, heading
from tracker.reminders.service import digests_on, post_from
from tracker.reminders.service import remind as remind_people
from tracker.seeding import seed_all
from tracker.spoken import SpokenProgram, asked_for, choose_language, option, progress_bar
from tracker.verifying import mismatches

MOST_LINES = 100
"""So many differences are told: whoever mends them asks again."""

host_option = option(
    "--host", default="127.0.0.1", show_default=True, help=N_("Address to listen on.")
)
port_option = option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help=N_("Port to listen on; 0 takes a free one."),
)
threads_option = option(
    "--threads",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help=N_("Requests served at once."),
)


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


def main() -> None:
    """Run the command."""
    cli(prog_name="tracker")


@cli.command(help=N_("Show everything at once: a demonstration with sign-ins, served here."))
@host_option
@port_option
@threads_option
@option("--no-browser", is_flag=True, help=N_("Open no browser."))
@option(
    "--petitions",
    type=click.IntRange(0),
    default=200,
    show_default=True,
    help=N_("How many petitions the fictional commune has at least."),
)
@option("--seed", type=int, default=292, show_default=True, help=N_("Number to draw from."))
@option("--fresh/--keep", default=False, help=N_("Make the demonstration anew, or keep it."))
def demo(
    host: str, port: int, threads: int, no_browser: bool, petitions: int, seed: int, fresh: bool
) -> None:
    """Make the demonstration where there is none, and serve it."""
    given = os.environ.get("TRACKER_DEMO_PASSWORD", "")
    kept = settings.from_environment()
    with _engine(kept) as engine:
        if fresh:
            demonstration.clear(engine, kept.instance)
        with progress_bar(N_("Fictional petitions"), petitions) as progress:
            demonstration.build(engine, petitions=petitions, seed=seed, progress=progress)
        serving.check(engine, kept)

        def started(address: str) -> None:
            _print_sign_ins(demonstration.sign_ins(engine, given), address)
            if not no_browser and sys.stdout.isatty() and _has_screen():
                Timer(0.5, webbrowser.open, [address]).start()

        _warn_of_open_host(host)
        serving.serve(kept, host, port, threads, started)


@cli.command(help=N_("Make a clearly fictional register of any size, without serving it."))
@option(
    "--petitions",
    type=click.IntRange(1, 100_000_000),
    default=10_000,
    show_default=True,
    help=N_("How many petitions the register has."),
)
@option("--seed", type=int, default=292, show_default=True, help=N_("Number to draw from."))
@option(
    "--communes",
    type=click.IntRange(1, generating.MOST_COMMUNES),
    default=generating.USUAL_COMMUNES,
    show_default=True,
    help=N_("How many communes the fictional province has."),
)
@option("--until", help=N_("Last day of the register; yesterday where none is given."))
@option("--fresh", is_flag=True, help=N_("Put it in the place of another fictional register."))
def generate(petitions: int, seed: int, communes: int, until: str | None, fresh: bool) -> None:
    """Make a generated register, unless this very one is there."""
    given, kept = os.environ.get("TRACKER_DEMO_PASSWORD", ""), settings.from_environment()
    last = generating.last_day(until) if until else generating.last_whole_day()
    order = generating.Order(petitions, seed, last, communes)
    with _engine(kept) as engine:
        if generating.generated(engine) == order.written and not fresh:
            click.echo(gettext("The register holds these petitions already."))
            return
        if demonstration.exists(engine) and not fresh:
            raise TrackerError(
                "This database holds another fictional register: make it anew with --fresh, or"
                " name another folder in TRACKER_INSTANCE."
            )
        with progress_bar(N_("Fictional petitions"), petitions) as progress:
            demonstration.generate(engine, kept.instance, order, progress)
        click.echo(
            gettext(
                "The fictional register has %(number)s petitions, up to %(day)s.",
                number=petitions,
                day=shown_date(order.until),
            )
        )
        _print_people(demonstration.sign_ins(engine, given))
    click.echo(gettext("Next: “tracker serve”."))


@cli.command(help=N_("Serve the register."))
@host_option
@port_option
@threads_option
@option("--upgrade", is_flag=True, help=N_("Bring the schema up to date first."))
def serve(host: str, port: int, threads: int, upgrade: bool) -> None:
    """Check the register and this machine, then serve until told to stop."""
    kept = settings.from_environment()
    with _engine(kept) as engine:
        if upgrade:
            bring_up_to_date(engine)
        serving.check(engine, kept)
    _warn_of_open_host(host)
    serving.serve(
        kept,
        host,
        port,
        threads,
        lambda address: click.echo(
            gettext("Serving at %(address)s. Ctrl+C stops.", address=address)
        ),
    )


@cli.command(help=N_("Make a fresh register without demonstration data, and its administrator."))
@option("--admin", help=N_("User name of the first administrator."))
@option("--name", help=N_("Full name of the first administrator."))
@option("--place", "place_key", help=N_("Key of the administrator's place."))
def init(admin: str | None, name: str | None, place_key: str | None) -> None:
    """Make the schema, the lists, the calendar and the first administrator."""
    with _engine(settings.from_environment()) as engine:
        refuse_people(engine)
        username = admin or asked_for("--admin", N_("User name of the first administrator"))
        full_name = name or asked_for("--name", N_("Full name of the first administrator"))
        key = place_key or asked_for("--place", N_("Key of the place"), "toan-he-thong")
        password = install(engine, username, full_name, key)
    click.echo(gettext("The register is made. Next: “tracker serve”."))
    _print_password(username, password)


@cli.command(help=N_("Bring the database's schema up to date."))
def upgrade() -> None:
    """Bring the schema to the newest revision, and the ledger with it."""
    with _engine(settings.from_environment()) as engine:
        bring_up_to_date(engine)
    click.echo(gettext("The database is up to date."))


@cli.command(help=N_("Bring in places, categories, departments, calendar and the article's cases."))
def seed() -> None:
    """Bring in what is not there yet."""
    with _register() as session:
        seed_all(session)
    click.echo(gettext("The seeds are in the register."))


@cli.command(help=N_("Recount the ledger from the steps; exit status 1 when anything differs."))
def verify() -> None:
    """Compare every movement with what the steps say."""
    with _register(read_only=True) as session:
        lines = list(islice(mismatches(session), MOST_LINES))
    if lines:
        differences = "\n".join(lines)
        raise TrackerError(differences)
    click.echo(gettext("The ledger agrees with the steps."))


@cli.command(help=N_("Write the whole register with its files into one file, and verify it."))
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@option(
    "--keep",
    type=click.IntRange(1, 1000),
    help=N_("With a folder for FILE: keep so many newest backups there, and remove older ones."),
)
def backup(path: Path, keep: int | None) -> None:
    """Make a backup while the register goes on; older ones go only once it was found whole."""
    if keep and not path.is_dir():
        raise click.UsageError(gettext("--keep asks for a folder."))
    kept = settings.from_environment()
    with (
        _engine(kept) as engine,
        progress_bar(N_("Bytes"), backups.bytes_to_copy(engine)) as progress,
    ):
        made = backups.back_up(engine, kept.instance / FILES, path, progress)
    removed = backups.rotate(path, keep, made.path) if keep else []
    click.echo(
        gettext(
            "%(path)s holds %(rows)s rows and %(files)s files, and was read back whole.",
            path=made.path,
            rows=shown_number(made.rows),
            files=shown_number(made.files),
        )
    )
    for old in removed:
        click.echo(gettext("Removed: %(path)s", path=old))
    _warn_of_wrong_files(made.wrong_files)


@cli.command(help=N_("Bring a backup back into an empty place, once it was found whole."))
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
def restore(path: Path) -> None:
    """Bring the register and its files back; what is there already is never overwritten."""
    kept = settings.from_environment()
    with _engine(kept) as engine, progress_bar(N_("Bytes"), backups.size_of(path)) as progress:
        done = backups.restore(engine, kept.instance, path, progress)
    click.echo(
        gettext(
            "The register of %(moment)s is back: %(rows)s rows, %(files)s files.",
            moment=clock.shown_moment(datetime.fromisoformat(done.made_at)),
            rows=shown_number(done.rows),
            files=shown_number(done.files),
        )
    )
    _warn_of_wrong_files(done.wrong_files)
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
        _engine(kept) as source,
        _opened(address) as target,
        progress_bar(N_("Rows"), transferring.rows_in(source)) as progress,
    ):
        moved = transferring.transfer(source, target, kept.instance / FILES, progress)
    _print_moved(moved)


@cli.command(
    help=N_("Write each person one e-mail about what is late and due soon; run it by a timer.")
)
@option("--dry-run", is_flag=True, help=N_("Print what would be written; send nothing."))
def remind(dry_run: bool) -> None:
    """Send the digests of this moment, or only show them."""
    kept = settings.from_environment()
    at = clock.now()
    with _register() as session:
        if dry_run:
            for digest in digests_on(session, day_of(at)):
                _print_digest(digest, kept.base_url)
            return
        done = remind_people(session, post_from(kept), at)
    if done.silence is not None:
        click.echo(say(done.silence))
        return
    click.echo(ngettext("%(num)s e-mail was sent.", "%(num)s e-mails were sent.", len(done.sent)))
    if done.without_address:
        people = ", ".join(done.without_address)
        click.echo(gettext("Without an e-mail address: %(people)s", people=people))
    if done.failed:
        raise TrackerError(
            "The mail server takes no e-mail for: %(people)s", people=", ".join(done.failed)
        )


@cli.command(help=N_("Count a due date from a day: 20/11/2026 or 2026-11-20."))
@click.argument("day")
@option("--working-days", type=click.IntRange(0, 5000), help=N_("Count so many working days."))
@option("--calendar-days", type=click.IntRange(0, 9000), help=N_("Count so many calendar days."))
@option("--rule", help=N_("Count by a limit of the law, named by its code: ACK."))
@option("--explain", is_flag=True, help=N_("List the days that were not counted, and why."))
def due(
    day: str,
    working_days: int | None,
    calendar_days: int | None,
    rule: str | None,
    explain: bool,
) -> None:
    """Print the due date, and on request why it is that day."""
    start = parse_day(day)
    if start is None:
        raise click.UsageError(gettext("“%(day)s” is no day.", day=day))
    if sum(given is not None for given in (working_days, calendar_days, rule)) != 1:
        raise click.UsageError(gettext("Give one of --working-days, --calendar-days and --rule."))
    with _engine(settings.from_environment()) as engine, calendar_in(engine) as session:
        if rule is not None:
            limit = limit_named(session, rule, start)
        elif working_days is not None:
            limit = Limit(working_days, Unit.WORKING)
        else:
            limit = Limit(calendar_days or 0, Unit.CALENDAR)
        found = explained(session, start, limit)
    shown = shown_date(found.due_on)
    click.echo(gettext("%(words)s, provisional", words=shown) if found.is_provisional else shown)
    for line in lines_of(found) if explain else ():
        click.echo(line)


@cli.group(help=N_("Make people, list them, give new passwords."))
def user() -> None:
    """Hold the commands about people together."""


@user.command("add", help=N_("Make a person; prints a password to be changed at first sign-in."))
@click.argument("username")
@option("--name", required=True, help=N_("Full name."))
@option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in Role]),
    help=N_("What the person is in the register."),
)
@option("--place", "place_key", required=True, help=N_("Key of the person's place."))
@option("--email", default="", help=N_("E-mail address, for reminders."))
def add(username: str, name: str, role: str, place_key: str, email: str) -> None:
    """Make a person who can sign in."""
    with _register() as session:
        password = add_person(session, username, name, Role(role), place_key, email)
    _print_password(username, password)


@user.command("list", help=N_("List people with their roles and places."))
def list_users() -> None:
    """Print one line a person."""
    with _register(read_only=True) as session:
        for person in session.scalars(select(User).order_by(User.username)):
            cut = gettext("disabled") if person.is_disabled else ""
            words = (person.username, person.full_name, say(person.role), person.place.name, cut)
            click.echo("\t".join(words).rstrip())


@user.command("password", help=N_("Give a person a new password; ends all their sign-ins."))
@click.argument("username")
def password(username: str) -> None:
    """Print a new password, to be changed at the next sign-in."""
    with _register() as session:
        person = person_named(session, username)
        if person is None:
            raise TrackerError("There is no person “%(username)s”.", username=username)
        fresh = give_new_password(session, None, person)
    _print_password(username, fresh)


@contextmanager
def _engine(kept: settings.Settings) -> Iterator[Engine]:
    with _opened(kept.database_url) as engine:
        yield engine


@contextmanager
def _opened(address: str) -> Iterator[Engine]:
    engine = engine_for(address, for_long_work=True)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _register(*, read_only: bool = False) -> Iterator[Session]:
    """Open the register; reading alone keeps nobody from writing and sees one moment of it."""
    with _engine(settings.from_environment()) as engine:
        if not migrate.is_at_head(engine):
            raise TrackerError("The database is not up to date: run “tracker upgrade”.")
        with Session(reading(engine) if read_only else engine) as session:
            yield session


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
    _warn_of_wrong_files(moved.wrong_files)
    if moved.source_went_on:
        raise TrackerError(
            "Somebody worked in the old database meanwhile: what they did is not in the new one."
            " Stop every server, empty the new database, and move again."
        )


def _warn_of_wrong_files(codes: list[str]) -> None:
    if codes:
        named = ", ".join(sorted(set(codes)))
        said = gettext("Files of these records are missing or altered: %(codes)s", codes=named)
        click.echo(said, err=True)


def _print_password(username: str, fresh: str) -> None:
    click.echo(f"{username}: {fresh}")
    click.echo(
        gettext("Shown only now, valid for 72 hours, to be changed at the first sign-in."), err=True
    )


def _print_digest(digest: Digest, base_url: str) -> None:
    address = digest.person.email or gettext("no e-mail address")
    click.echo(f"{digest.person.username} <{address}>")
    click.echo(heading(digest))
    click.echo(body(digest, base_url))


def _print_sign_ins(people: list[demonstration.SignIn], address: str) -> None:
    click.echo(gettext("The demonstration runs at %(address)s", address=address))
    _print_people(people)
    click.echo(gettext("These passwords hold until the next start. Ctrl+C stops."))


def _print_people(people: list[demonstration.SignIn]) -> None:
    click.echo(gettext("Sign in as:"))
    for person in people:
        what = f"{say(person.role)}, {person.place}"
        click.echo(f"  {person.username:<9} {person.password:<21} {what}")


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def _warn_of_open_host(host: str) -> None:
    if not serving.is_loopback(host):
        click.echo(
            gettext(
                "Others can reach %(host)s, and what they send is not encrypted: put a proxy that"
                " speaks HTTPS in front, and name the host in TRACKER_HOSTS.",
                host=host,
            ),
            err=True,
        )
