"""The fixed words of a paper's head, and the lines of those it is addressed to."""

from collections.abc import Sequence

from tracker.core.i18n import gettext
from tracker.documents.rules.layout import Issuer


def nation_lines(issuer: Issuer) -> list[str]:
    """Give the lines at the top right: the nation and its motto, or the Party."""
    if issuer is Issuer.PARTY:
        return [gettext("COMMUNIST PARTY OF VIET NAM")]
    return [
        gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        gettext("Independence - Freedom - Happiness"),
    ]


def addressed(addressees: Sequence[str]) -> str:
    """Write to whom a paper goes: one in the same line, several one a line."""
    if not addressees:
        return ""
    to, plain = gettext("To:"), [line.rstrip(";.") for line in addressees]
    if len(plain) == 1:
        return f"{to} {plain[0]}"
    ends = [";"] * (len(plain) - 1) + ["."]
    listed = "\n".join(f"- {line}{end}" for line, end in zip(plain, ends, strict=True))
    return f"{to}\n{listed}"
