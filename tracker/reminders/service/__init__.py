"""Writing to people: one module for the digests of a day, one for the mail server."""

from tracker.reminders.service.mailing import MailRefused, Post, post_from
from tracker.reminders.service.reminding import Reminded, digests_on, remind

__all__ = ["MailRefused", "Post", "Reminded", "digests_on", "post_from", "remind"]
