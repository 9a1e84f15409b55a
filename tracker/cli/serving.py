"""Serving the register; read in alone, so that a server starts without what it does not need."""

import click

from tracker import serving
from tracker.cli.program import cli, engine_of
from tracker.core import logs, settings
from tracker.core.errors import TrackerError
from tracker.core.i18n import N_, gettext
from tracker.core.settings import Settings
from tracker.installing import bring_up_to_date
from tracker.spoken import option

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

without_tls_option = option(
    "--without-tls",
    is_flag=True,
    help=N_("Let other machines in without encryption: for a trial only."),
)


@cli.command(help=N_("Serve the register."))
@host_option
@port_option
@threads_option
@without_tls_option
@option("--upgrade", is_flag=True, help=N_("Bring the schema up to date first."))
def serve(host: str, port: int, threads: int, without_tls: bool, upgrade: bool) -> None:
    """Check the register and this machine, then serve until told to stop."""
    kept = settings.from_environment()
    refuse_open_host(host, kept, without_tls=without_tls)
    with engine_of(kept) as engine:
        if upgrade:
            bring_up_to_date(engine)
        serving.check(engine, kept)

    def started(address: str) -> None:
        logs.write_to()
        click.echo(gettext("Serving at %(address)s. Ctrl+C stops.", address=address))

    warn_of_open_host(host)
    serving.serve(kept, host, port, threads, started)


def refuse_open_host(host: str, kept: Settings, *, without_tls: bool) -> None:
    """Refuse to send names and passwords across a network unencrypted, unless that is asked for."""
    if serving.is_loopback(host) or kept.is_behind_tls or without_tls:
        return
    raise TrackerError(
        "Others could reach %(host)s, and what they send would not be encrypted: put a proxy that"
        " speaks HTTPS in front and set TRACKER_BEHIND_TLS=1, or say --without-tls for a trial.",
        host=host,
    )


def warn_of_open_host(host: str) -> None:
    """Say what it means to answer to other machines."""
    if not serving.is_loopback(host):
        click.echo(
            gettext(
                "Others can reach %(host)s, and what they send is not encrypted: put a proxy that"
                " speaks HTTPS in front, and name the host in TRACKER_HOSTS.",
                host=host,
            ),
            err=True,
        )
