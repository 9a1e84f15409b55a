"""Commands that speak the reader's language, and refuse in one sentence."""

import errno
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import click
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from tracker.core.errors import TrackerError
from tracker.core.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, gettext, say, speaking

FULL = N_("The disk is full or takes no writing: make room on it, then run the command again.")
CLOSED = N_(
    "The file of the database cannot be opened or written: see that its folder is there, that the"
    " disk is not read-only, and that this person may write there."
)
DAMAGED = N_(
    "The file of the database is damaged or is none: bring a backup back into an empty place by"
    " “tracker restore”."
)
KNOWN = {
    "disk is full": FULL,
    "disk I/O error": FULL,
    "No space left on device": FULL,
    "unable to open database file": CLOSED,
    "readonly database": CLOSED,
    "database is locked": N_(
        "Another program holds the database: run the command again once it has finished."
    ),
    "malformed": DAMAGED,
    "file is not a database": DAMAGED,
    "connection failed": N_(
        "PostgreSQL does not answer: see that it runs, and that the address and the password in"
        " TRACKER_DATABASE_URL are right."
    ),
}
"""What databases say of what an operator can mend."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})


class SpokenOption(click.Option):
    """An option whose help is a message id."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None or not self.help:
            return record
        return record[0], record[1].replace(self.help, gettext(self.help), 1)


class SpokenCommand(click.Command):
    """A command whose help is a message id."""

    def get_short_help_str(self, limit: int = 45) -> str:
        return gettext(self.help) if self.help else ""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self.get_short_help_str())


class SpokenGroup(SpokenCommand, click.Group):
    """A group of commands whose help is a message id."""

    command_class = SpokenCommand


class SpokenProgram(SpokenGroup):
    """The whole program: an expected refusal is one sentence and exit status 1, never a trace."""

    group_class = SpokenGroup

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (TrackerError, DatabaseError, ArgumentError, PermissionError) as refusal:
            sentence = _sentence(refusal)
            if sentence is None:
                raise
        click.echo(sentence, err=True)
        return ctx.exit(1)


def option(*names: str, **given: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare an option whose help is a message id."""
    return click.option(*names, cls=SpokenOption, **given)


def asked_for(name: str, question: str, usual: str | None = None) -> str:
    """Ask at a terminal for an option that was not given; without one it is a wrong use."""
    if not sys.stdin.isatty():
        raise click.UsageError(gettext("%(option)s is missing.", option=name))
    answer: str = click.prompt(gettext(question), default=usual)
    return answer


@contextmanager
def progress_bar(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Give what counts on a bar, which is shown only when there is something to count."""
    with ExitStack() as shown:
        bars: list[Any] = []

        def count(number: int) -> None:
            if not bars:
                bar = click.progressbar(length=length, label=gettext(label), file=sys.stderr)
                bars.append(shown.enter_context(bar))
            bars[0].update(number)

        yield count


def choose_language(ctx: click.Context, _parameter: click.Parameter, asked: str | None) -> None:
    """Speak the asked language until the command ends; without one, the environment's."""
    ctx.with_resource(speaking(asked or environment_language(os.environ)))


def environment_language(environ: Mapping[str, str]) -> str:
    """Read the language from the environment as other programs do; Vietnamese unless English."""
    named = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    code = next(filter(None, named), "")[:2].lower()
    return code if code in LANGUAGES else DEFAULT_LANGUAGE


def _sentence(refusal: Exception) -> str | None:
    """Say a refusal; None when it is none, but a mistake of the program."""
    if isinstance(refusal, TrackerError):
        return say(refusal)
    if isinstance(refusal, PermissionError):
        return gettext("This person may not use %(path)s.", path=refusal.filename)
    if isinstance(refusal, ArgumentError):
        return gettext("TRACKER_DATABASE_URL is no address of a database.")
    if isinstance(refusal, OperationalError) or type(refusal) is DatabaseError:
        reason = str(getattr(refusal, "orig", refusal)).strip().splitlines()[0]
        known = next((said for words, said in KNOWN.items() if words in reason), None)
        if known:
            return gettext(known)
        return gettext("The database cannot be used: %(reason)s", reason=reason)
    if isinstance(refusal, OSError) and refusal.errno in NO_ROOM:
        return gettext(FULL)
    return None
