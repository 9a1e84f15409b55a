"""The files of the list of petitions: its filters, its order, all its rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock, csvout
from tracker.core.columns import Column, cells_of, header, lines, with_words
from tracker.core.csvout import Tally
from tracker.core.csvsql import csv_pieces
from tracker.core.datapackage import packed
from tracker.core.downloads import ZIP, dated, leaving, workbook
from tracker.core.errors import NotAllowed
from tracker.core.i18n import gettext, ngettext
from tracker.core.searching import addressed, journaled, narrowed_by, typed_arguments
from tracker.core.web import db_session
from tracker.core.xlsxout import Sheet, sheet_columns, titles_of
from tracker.journal.service import FileNotes
from tracker.petitions.columns import RECEPTION, columns_for
from tracker.petitions.lifecycle import Profile
from tracker.petitions.queries import petition_count, petition_export_rows, terms_of
from tracker.petitions.queries.addresses import LABELS, Asked, asked_in
from tracker.petitions.queries.exported import (
    file_fields,
    holds_any,
    petition_lines,
    petition_values,
)
from tracker.petitions.views.blueprint import (
    bp,
    may_see_names,
    may_take_names,
    taken_out_by,
)
from tracker.places.queries import fictional_ids


@bp.get("/petitions.csv")
@requires(Permission.EXPORT)
def csv() -> Response:
    """Give all rows of the list as a file; whatever may fail does so before the first byte."""
    asked, variant = _asked(), csvout.variant_of(request.args.get("variant"))
    separator = csvout.separator_of(request.args.get("separator"), variant)
    profile = _profile()
    pieces = _csv(asked, _columns(profile), profile, variant, separator)
    notes = _notes("petitions.csv", asked, profile)
    return leaving(pieces, csvout.MEDIA_TYPE, _name(asked, profile, "csv"), notes)


@bp.get("/petitions.zip")
@requires(Permission.EXPORT)
def package() -> Response:
    """Give the file for programs with a description of its columns, in one package."""
    asked, title, profile = _asked(), gettext("List of petitions"), _profile()
    source, shown = current_scope().home.name, _columns(profile)
    machine = csvout.Variant.MACHINE, csvout.Separator.COMMA
    pieces = _csv(asked, shown, profile, *machine)

    def described(session: Session, tally: Tally) -> Iterator[bytes]:
        yield from packed("petitions", title, shown, pieces(session, tally), tally, source)

    notes = _notes("petitions.zip", asked, profile)
    return leaving(described, ZIP, _name(asked, profile, "zip"), notes)


def _profile() -> Profile:
    """Read for whom a file is; with names only where that is asked for, by who may take them."""
    if request.args.get("profile") != Profile.INTERNAL:
        return Profile.PUBLIC
    if not may_take_names():
        raise NotAllowed("Your role does not see who raised a petition.")
    return Profile.INTERNAL


def _columns(profile: Profile) -> list[Column[Any]]:
    return columns_for(profile, taken_out_by(current_user().full_name))


def _csv(
    asked: Asked,
    shown: Sequence[Column[Any]],
    profile: Profile,
    variant: csvout.Variant,
    separator: csvout.Separator,
) -> Callable[[Session, Tally], Iterator[bytes]]:
    scope = current_scope().ids

    def pieces(session: Session, tally: Tally) -> Iterator[bytes]:
        terms = terms_of(session)
        cells = cells_of(shown, file_fields(scope, terms, profile), variant)
        found = petition_lines(
            session, scope, asked.filter, asked.sort, cells, variant, separator, terms
        )
        yield from csv_pieces(header(shown, variant), found, variant, separator, tally)
        if variant is csvout.Variant.EXCEL:
            # Programs find the number in the description of the package instead.
            yield csvout.last_line(tally).encode()

    return pieces


def _notes(subject: str, asked: Asked, profile: Profile) -> FileNotes:
    return FileNotes(current_user(), subject, _told(asked, profile))


@bp.get("/petitions.xlsx")
@requires(Permission.EXPORT)
def xlsx() -> Response:
    """Give all rows of the list as a workbook."""
    scope, asked, profile = current_scope().ids, _asked(), _profile()
    shown = columns_for(profile)

    def sheet(session: Session) -> Sheet:
        terms = terms_of(session)
        cells = cells_of(shown, file_fields(scope, terms, profile), csvout.Variant.EXCEL)
        values = petition_values(session, scope, asked.filter, asked.sort, cells, terms)
        rows = with_words(cells, values)
        return _sheet(session, asked, profile, gettext("List of petitions"), shown, rows)

    notes = _notes("petitions.xlsx", asked, profile)
    return workbook(sheet, _name(asked, profile, "xlsx"), notes)


@bp.get("/petitions/register.xlsx")
@requires(Permission.EXPORT_NAMES)
def register() -> Response:
    """Give the list as the register of citizen reception, which holds names by law."""
    scope, asked, profile = current_scope().ids, _asked(), Profile.INTERNAL

    def sheet(session: Session) -> Sheet:
        found = petition_export_rows(session, scope, asked.filter, asked.sort, profile)
        rows = lines(RECEPTION, found, csvout.Variant.EXCEL)
        title = gettext("Register of citizen reception")
        return _sheet(session, asked, profile, title, RECEPTION, rows)

    name = _name(asked, profile, "xlsx", "so-tiep-cong-dan")
    return workbook(sheet, name, _notes("petitions/register.xlsx", asked, profile))


def _sheet(
    session: Session,
    asked: Asked,
    profile: Profile,
    title: str,
    columns: Sequence[Column[Any]],
    rows: Iterable[Sequence[object]],
) -> Sheet:
    scope = current_scope()
    count = petition_count(session, scope.ids, asked.filter)
    is_internal = profile is Profile.INTERNAL
    narrowed = narrowed_by(LABELS, asked.shown, tells_words=is_internal)
    on_paper = [column.name for column in columns].index("remark") + 1
    return Sheet(
        title,
        titles_of(
            title,
            scope.home.name,
            clock.shown_date(clock.today()),
            ngettext("%(num)s petition", "%(num)s petitions", count),
            *narrowed,
            *([taken_out_by(current_user().full_name)] if is_internal else []),
            is_fictional=_is_fictional(asked),
        ),
        sheet_columns(columns),
        rows,
        most=count,
        printed=on_paper,
        frozen=2,
    )


def _asked() -> Asked:
    scope = current_scope().ids
    asked = asked_in(db_session(), scope, typed_arguments(), with_names=may_see_names())
    return replace(asked, arguments=addressed(asked.arguments))


def _name(asked: Asked, profile: Profile, ending: str, stem: str = "kien-nghi") -> str:
    """Name a file by its day; its name says when it holds invented records, or names."""
    inside = "-noi-bo" if profile is Profile.INTERNAL else ""
    return dated(f"{stem}{inside}", ending, _is_fictional(asked))


def _is_fictional(asked: Asked) -> bool:
    session = db_session()
    invented = fictional_ids(session, current_scope().ids)
    return bool(invented) and holds_any(session, invented, asked.filter)


def _told(asked: Asked, profile: Profile) -> str:
    """Say in the journal for whom a file was, and what was asked."""
    return "; ".join([f"profile={profile.value}", *journaled(asked.arguments)])
