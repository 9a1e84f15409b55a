"""Registers to look at: the demonstration and generated ones."""

import os
import sys
import webbrowser
from threading import Timer

import click

from tracker import demo as demonstration
from tracker import generating, serving
from tracker.cli.program import cli, engine_of
from tracker.cli.serving import (
    host_option,
    port_option,
    refuse_open_host,
    threads_option,
    warn_of_open_host,
    without_tls_option,
)
from tracker.core import settings
from tracker.core.clock import shown_date
from tracker.core.errors import TrackerError
from tracker.core.i18n import N_, gettext, ngettext, say
from tracker.core.sealing import Sealer
from tracker.spoken import option, progress_bar


@cli.command(help=N_("Show everything at once: a demonstration with sign-ins, served here."))
@host_option
@port_option
@threads_option
@without_tls_option
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
    host: str,
    port: int,
    threads: int,
    without_tls: bool,
    no_browser: bool,
    petitions: int,
    seed: int,
    fresh: bool,
) -> None:
    """Make the demonstration where there is none, and serve it."""
    given = os.environ.get("TRACKER_DEMO_PASSWORD", "")
    kept = settings.from_environment()
    refuse_open_host(host, kept, without_tls=without_tls)
    with engine_of(kept) as engine:
        if fresh:
            demonstration.clear(engine, kept.instance)
        with progress_bar(N_("Fictional petitions"), petitions) as progress:
            demonstration.build(
                engine,
                petitions=petitions,
                seed=seed,
                progress=progress,
                sealer=Sealer(kept.secrets),
            )
        serving.check(engine, kept)

        def started(address: str) -> None:
            _print_sign_ins(demonstration.sign_ins(engine, given), address)
            if not no_browser and sys.stdout.isatty() and _has_screen():
                Timer(0.5, webbrowser.open, [address]).start()

        warn_of_open_host(host)
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
    with engine_of(kept) as engine:
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
            ngettext(
                "The fictional register has %(num)s petition, up to %(day)s.",
                "The fictional register has %(num)s petitions, up to %(day)s.",
                petitions,
                day=shown_date(order.until),
            )
        )
        _print_people(demonstration.sign_ins(engine, given))
    click.echo(gettext("Next: “tracker serve”."))


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
