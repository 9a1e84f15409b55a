"""What a unit's papers say of the unit itself: proposed from its name, changed by the commune."""

from dataclasses import dataclass
from typing import Any

from tracker.core.i18n import gettext
from tracker.documents.rules.forms import OPEN, place_of_issue, unit_name
from tracker.documents.rules.layout import Issuer
from tracker.places.rules import PlaceKind

LINE_LIMIT, LINES_LIMIT = 200, 2_000
_OWN_UNITS = frozenset({PlaceKind.COMMUNE, PlaceKind.PROVINCE})


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The words of a unit's head, signature and recipients; lines of several stand one a line.

    `symbol` follows the sign of the kind: UBND in 05/BC-UBND. Version 0 is a proposal that nobody
    has kept yet.
    """

    superior: str
    agency: str
    symbol: str
    place_of_issue: str
    authority: str
    title: str
    signer: str
    recipients: str
    addressees: str
    is_default: bool = False
    version: int = 0


FIELDS = (
    *("superior", "agency", "symbol", "place_of_issue", "authority", "title", "signer"),
    *("recipients", "addressees"),
)


def proposed(issuer: Issuer, name: str, kind: PlaceKind, province: str) -> Letterhead:
    """Propose a letterhead from the name of a unit; nothing of it is known but the name."""
    is_unit = kind in _OWN_UNITS
    word, _ = unit_name(name)
    unit = name if is_unit else OPEN
    common: dict[str, Any] = {
        "place_of_issue": place_of_issue(name) if is_unit else OPEN,
        "signer": "",
    }
    words = {"unit": unit.upper(), "kind": word.lower() or OPEN}
    if issuer is Issuer.GOVERNMENT:
        return Letterhead(
            superior="",
            agency=gettext("PEOPLE'S COMMITTEE\n%(unit)s", unit=unit.upper()),
            symbol=gettext("PC"),
            authority=gettext("FOR THE PEOPLE'S COMMITTEE"),
            title=gettext("CHAIRMAN"),
            recipients=gettext(
                "Party committee and People's Council of the %(kind)s;\nChairman and vice-chairmen"
                " of the People's Committee;\nFatherland Front of the %(kind)s;\nVillage heads;"
                "\nKept: records office.",
                kind=words["kind"],
            ),
            addressees="",
            is_default=True,
            **common,
        )
    _, own = unit_name(province)
    return Letterhead(
        superior=gettext("PROVINCIAL PARTY COMMITTEE OF %(province)s", province=own.upper())
        if own and kind is PlaceKind.COMMUNE
        else "",
        agency=gettext("PARTY COMMITTEE OF %(unit)s", unit=unit.upper()),
        symbol=gettext("PtC"),
        authority=gettext("FOR THE PARTY COMMITTEE"),
        title=gettext("SECRETARY"),
        recipients=gettext(
            "Standing members of the Party committee;\nPeople's Committee of the %(kind)s;"
            "\nFatherland Front of the %(kind)s;\nParty cells;\nKept: office of the Party"
            " committee.",
            kind=words["kind"],
        ),
        addressees="",
        **common,
    )
