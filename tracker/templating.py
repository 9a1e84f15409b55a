"""What every template may call on."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

from flask import Flask, g, request, url_for
from markupsafe import Markup
from wtforms import Form

from tracker import __version__
from tracker.accounts.guard import current_scope, user_or_none
from tracker.accounts.permissions import Permission
from tracker.core import clock, dates, i18n, web
from tracker.core.i18n import N_
from tracker.denunciations.queries.one import is_let_in

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry of the frame, shown to those who may go there."""

    word: str
    endpoint: str
    icon: str
    permission: Permission

    @property
    def address(self) -> str:
        """Give the entry's page."""
        return url_for(self.endpoint)

    @property
    def is_here(self) -> bool:
        """Tell whether the page on the screen belongs to this entry."""
        here = request.endpoint or ""
        return here == self.endpoint or here.split(".")[0] == self.endpoint.split(".")[0]


NAVIGATION = (
    NavigationItem(N_("Today"), "today.today", "house", Permission.READ_REGISTER),
    NavigationItem(N_("Dialogues"), "dialogues.index", "people", Permission.READ_REGISTER),
    NavigationItem(N_("Petitions"), "petitions.index", "card-list", Permission.READ_REGISTER),
    NavigationItem(
        N_("Commitments"), "commitments.index", "check2-square", Permission.READ_REGISTER
    ),
    NavigationItem(N_("Briefing"), "briefing.current", "journal-text", Permission.PREPARE_BRIEFING),
    NavigationItem(N_("Reports"), "reports.resolution", "bar-chart", Permission.READ_REPORT),
    NavigationItem(N_("Settings"), "settings.index", "gear", Permission.MANAGE_SETTINGS),
)
APART = NavigationItem(
    N_("Denunciations"), "denunciations.index", "shield-lock", Permission.READ_REGISTER
)
"""Shown to those alone who are let in by name."""
BROWSERS = (
    ("Edg", "Edge"),
    ("coc_coc", "Coc Coc"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""Marks in what a browser says of itself; the first that is found names it."""
ICONS = frozenset(item.icon for item in (*NAVIGATION, APART))


def navigation() -> list[NavigationItem]:
    """Give the entries that this person sees."""
    apart = [APART] if is_let_in(user_or_none()) else []
    return [item for item in (*NAVIGATION, *apart) if _may(item.permission)]


def wrong_fields(form: Form) -> list[Any]:
    """Give the fields with errors, in the order of the page."""
    return [field for field in form if field.errors and field.id != "csrf_token"]


def browser_words(user_agent: str) -> str:
    """Say in two words which browser on what a person signed in with."""
    named = [
        next((word for mark, word in marks if mark in user_agent), "")
        for marks in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, named)) or user_agent[:20] or "–"


@cache
def icon_shapes() -> dict[str, Markup]:
    """Read the few icons that are used out of the installed sprite, once in a process."""
    sprite = files("flask_bootstrap") / "static/bootstrap5/icons/bootstrap-icons.svg"
    shapes = {}
    ElementTree.register_namespace("", SVG.strip("{}"))
    for symbol in ElementTree.fromstring(sprite.read_text(encoding="utf-8")).iter(f"{SVG}symbol"):
        if (name := symbol.get("id", "")) in ICONS:
            paths = "".join(f'<path d="{path.get("d")}"/>' for path in symbol.iter(f"{SVG}path"))
            shapes[name] = Markup(paths)
    return shapes


def equip(app: Flask) -> None:
    """Give the templates their words, dates, icons and the person who is asking."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda msgid: i18n.gettext(msgid),
        _counted,
        newstyle=True,
    )
    app.jinja_env.globals.update(
        say=i18n.say,
        address_with=web.address_with,
        nonce=web.nonce,
        read_elsewhere=web.standing,
        may=_may,
        languages=i18n.LANGUAGES,
        today=clock.today,
        navigation=navigation,
        icon_shape=lambda name: icon_shapes()[name],
        asset_version=__version__,
        Permission=Permission,
    )
    app.jinja_env.filters.update(
        day=clock.shown_date,
        moment=clock.shown_moment,
        number=i18n.shown_number,
        browser=browser_words,
        known=lambda pair: dates.shown(*pair),
        wrong_fields=wrong_fields,
    )
    app.context_processor(_context)


def _counted(one: str, many: str, number: int) -> str:
    """Choose the sentence of a number and write the number; other values the template fills in."""
    said = i18n.catalogue(i18n.language()).ngettext(one, many, number)
    return said.replace("%(num)s", i18n.shown_number(number))


def _may(permission: str) -> bool:
    user = user_or_none()
    return user is not None and user.may(Permission(permission))


def _context() -> dict[str, Any]:
    user = user_or_none()
    scope = current_scope() if user else None
    return {"user": user, "scope": scope, "language": g.get("language", i18n.DEFAULT_LANGUAGE)}
