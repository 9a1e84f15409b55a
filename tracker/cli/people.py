"""People, for whoever runs the server."""

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.queries import person_named
from tracker.accounts.second_factors import remove as remove_second_factor
from tracker.accounts.service import give_new_password
from tracker.cli.program import cli, print_password, register
from tracker.core.errors import TrackerError
from tracker.core.i18n import N_, gettext, say
from tracker.installing import add_person
from tracker.spoken import option


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
    with register() as session:
        password = add_person(session, username, name, Role(role), place_key, email)
    print_password(username, password)


@user.command("list", help=N_("List people with their roles and places."))
def list_users() -> None:
    """Print one line a person."""
    with register(read_only=True) as session:
        for person in session.scalars(select(User).order_by(User.username)):
            cut = gettext("disabled") if person.is_disabled else ""
            words = (person.username, person.full_name, say(person.role), person.place.name, cut)
            click.echo("\t".join(words).rstrip())


@user.command("password", help=N_("Give a person a new password; ends all their sign-ins."))
@click.argument("username")
def password(username: str) -> None:
    """Print a new password, to be changed at the next sign-in."""
    with register() as session:
        fresh = give_new_password(session, None, _person(session, username))
    print_password(username, fresh)


@user.command(
    "no-second-factor", help=N_("Take a lost second factor away; the password alone signs in.")
)
@click.argument("username")
def no_second_factor(username: str) -> None:
    """Take a person's second factor away."""
    with register() as session:
        remove_second_factor(session, None, _person(session, username))
    click.echo(gettext("The second factor is taken away."))


def _person(session: Session, username: str) -> User:
    person = person_named(session, username)
    if person is None:
        raise TrackerError("There is no person “%(username)s”.", username=username)
    return person
