"""Signing in, and choosing a password."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from tracker.accounts.rules import LONGEST_PASSWORD
from tracker.core.fields import BaseForm, required
from tracker.core.i18n import N_

TOO_LONG = N_("This is too long.")


class SignInForm(BaseForm):
    """User name and password; `kept` carries what was typed when a sign-in ended meanwhile."""

    username = StringField(
        N_("User name"),
        [required(N_("Enter your user name.")), Length(max=200, message=TOO_LONG)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        N_("Password"),
        [required(N_("Enter your password.")), Length(max=1000, message=TOO_LONG)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
    kept = HiddenField()


class CodeForm(BaseForm):
    """The code of a second factor; `kept` carries what was typed when a sign-in ended meanwhile."""

    code = StringField(
        N_("Code"),
        [required(N_("Enter the code.")), Length(max=100, message=TOO_LONG)],
        description=N_(
            "Six digits of the program on your telephone, or one of your codes on paper."
        ),
        render_kw={
            "autocomplete": "one-time-code",
            "autocapitalize": "none",
            "spellcheck": "false",
        },
    )
    next = HiddenField()
    kept = HiddenField()


class RemoveFactorForm(BaseForm):
    """What it takes to do without a second factor again."""

    old = PasswordField(
        N_("Present password"),
        [required(N_("Enter your present password."))],
        render_kw={"autocomplete": "current-password"},
    )


class OwnPasswordForm(BaseForm):
    """A person's own new password."""

    old = PasswordField(
        N_("Present password"),
        [required(N_("Enter your present password."))],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        N_("New password"),
        [
            required(N_("Enter a new password.")),
            Length(max=LONGEST_PASSWORD, message=N_("A password needs 12 to 128 characters.")),
        ],
        description=N_("At least 12 characters; a sentence that you remember is best."),
        render_kw={"autocomplete": "new-password"},
    )
