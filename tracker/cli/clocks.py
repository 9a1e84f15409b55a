"""What time asks for: reminders, and a due date counted from a day."""

import click

from tracker.calendar.rules import Limit, Unit
from tracker.cli.program import cli, engine_of, register
from tracker.core import clock, settings
from tracker.core.clock import shown_date
from tracker.core.dates import parse_day
from tracker.core.errors import TrackerError
from tracker.core.i18n import N_, gettext, ngettext, say
from tracker.explaining import calendar_in, explained, limit_named, lines_of
from tracker.reminders.rules import Digest, body, day_of, heading
from tracker.reminders.service import digests_on, post_from
from tracker.reminders.service import remind as remind_people
from tracker.spoken import option


@cli.command(
    help=N_("Write each person one e-mail about what is late and due soon; run it by a timer.")
)
@option("--dry-run", is_flag=True, help=N_("Print what would be written; send nothing."))
def remind(dry_run: bool) -> None:
    """Send the digests of this moment, or only show them."""
    kept = settings.from_environment()
    at = clock.now()
    with register() as session:
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
    with engine_of(settings.from_environment()) as engine, calendar_in(engine) as session:
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


def _print_digest(digest: Digest, base_url: str) -> None:
    address = digest.person.email or gettext("no e-mail address")
    click.echo(f"{digest.person.username} <{address}>")
    click.echo(heading(digest))
    click.echo(body(digest, base_url))
