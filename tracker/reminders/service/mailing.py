"""The mail server: where it is, whether it may be trusted with a password, and one e-mail."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from tracker.accounts.rules import read_email
from tracker.core.errors import TrackerError
from tracker.core.settings import Settings
from tracker.reminders.rules import Digest, body, heading

PATIENCE = 20
"""Seconds for which the server may be silent."""
USUAL_PORTS = {"smtp": 25, "smtps": 465}
LOCAL = ("localhost", "127.0.0.1", "::1")
_NO_NAME = re.compile(r"[^\w .'-]")
LONGEST_NAME = 60


class MailRefused(TrackerError):
    """The mail server is not named rightly, cannot be reached, or takes nothing from us."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where e-mails leave, whose name they bear, and where their links lead."""

    host: str
    port: int
    is_tls: bool
    sender: str
    base_url: str
    username: str = ""
    password: str = field(default="", repr=False)
    may_start_tls: bool = True


def post_from(settings: Settings) -> Post | None:
    """Read where e-mails leave; none where no server is named, a refusal where half is."""
    if not settings.smtp_url:
        return None
    try:
        parts = urlsplit(settings.smtp_url)
        host, port = parts.hostname, parts.port
        if parts.scheme not in USUAL_PORTS or not host:
            raise ValueError
    except ValueError:
        raise MailRefused(
            "TRACKER_SMTP_URL is no address of a mail server; write"
            " smtp://user:password@host:25 or smtps://user:password@host:465."
        ) from None
    sender = read_email(settings.mail_from)
    if sender is None:
        raise MailRefused("TRACKER_MAIL_FROM is missing: the address that e-mails come from.")
    if not settings.base_url.startswith(("http://", "https://")):
        raise MailRefused(
            "TRACKER_BASE_URL is missing: the address of the register, as https://host."
        )
    return Post(
        host=host,
        port=port or USUAL_PORTS[parts.scheme],
        is_tls=parts.scheme == "smtps",
        sender=sender,
        base_url=settings.base_url,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        may_start_tls=parse_qs(parts.query).get("starttls") != ["no"],
    )


@contextmanager
def connected(post: Post) -> Iterator[smtplib.SMTP]:
    """Open the line to the server, encrypted where it can be; what goes wrong is one sentence."""
    try:
        line = _opened(post)
    except smtplib.SMTPAuthenticationError:
        raise MailRefused(
            "The mail server %(host)s does not take this user name and password.", host=post.host
        ) from None
    except (smtplib.SMTPException, OSError) as problem:
        raise MailRefused(
            "The mail server %(host)s cannot be used: %(reason)s.",
            host=f"{post.host}:{post.port}",
            reason=_reason(problem),
        ) from None
    try:
        yield line
    finally:
        line.close()


def message_for(post: Post, digest: Digest, at: datetime) -> EmailMessage:
    """Write one e-mail: plain text, in the language in force."""
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = heading(digest)
    message["From"] = post.sender
    # Only what names are made of: other signs may end the name where it is folded.
    name = _NO_NAME.sub("", digest.person.full_name)[:LONGEST_NAME]
    message["To"] = Address(name, addr_spec=digest.person.email or "")
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{digest.letter}@{post.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # so that no holiday reply comes back
    message.set_content(body(digest, post.base_url), charset="utf-8", cte="base64")
    return message


def _opened(post: Post) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    line: smtplib.SMTP
    if post.is_tls:
        line = smtplib.SMTP_SSL(post.host, post.port, timeout=PATIENCE, context=trusted)
    else:
        line = smtplib.SMTP(post.host, post.port, timeout=PATIENCE)
    try:
        line.ehlo_or_helo_if_needed()
        is_closed = post.is_tls
        if not is_closed and post.may_start_tls and line.has_extn("starttls"):
            line.starttls(context=trusted)
            is_closed = True
        if post.username:
            if not is_closed and post.host not in LOCAL:
                raise MailRefused(
                    "The mail server %(host)s takes the password only in the clear;"
                    " nothing was sent.",
                    host=post.host,
                )
            line.login(post.username, post.password)
    except BaseException:
        line.close()
        raise
    return line


def _reason(problem: Exception) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return str(problem.smtp_code)
    told = getattr(problem, "strerror", None) or getattr(problem, "reason", None) or str(problem)
    return str(told or type(problem).__name__).rstrip(".")
