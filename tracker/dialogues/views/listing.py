"""The list of dialogues, and its files."""

from collections.abc import Iterator
from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock
from tracker.core.downloads import ListFile
from tracker.core.i18n import Labelled, gettext, ngettext, say
from tracker.core.searching import UNTOLD, WORDS, searched_address, typed_arguments
from tracker.core.web import db_session
from tracker.dialogues.columns import COLUMNS
from tracker.dialogues.forms import FilterForm
from tracker.dialogues.queries import (
    DialogueFilter,
    clocks_by_id,
    dialogue_count,
    dialogue_export_rows,
    dialogue_page,
    year_of,
)
from tracker.dialogues.rules import Sort, pressing
from tracker.dialogues.views.blueprint import bp, count_columns, offered_places
from tracker.journal.service import FileNotes
from tracker.places.queries import fictional_ids, places_in

FURTHER = ("form", "held_from", "held_to", "clock", "duty", "date_unknown", "held")
NARROWING = ("q", "stage", "place", *FURTHER)


@bp.post("/dialogues")
@requires(Permission.READ_REGISTER)
def search() -> Response:
    """Lead to the list that the form asks for, by an address without the words typed."""
    return redirect(searched_address(url_for("dialogues.index")), 303)


@bp.get("/dialogues")
@requires(Permission.READ_REGISTER)
def index() -> str:
    """Show the dialogues that an address asks for, a page at a time."""
    session, scope = db_session(), current_scope().ids
    form, asked, sort = _asked()
    page = dialogue_page(session, scope, asked, sort, request.args.get("after"))
    ids = [row.id for row in page.rows]
    return render_template(
        "dialogues/index.html",
        form=form,
        page=page,
        count=dialogue_count(session, scope, asked),
        pressing={key: pressing(own) for key, own in clocks_by_id(session, ids).items()},
        year=year_of(session, scope, clock.today().year),
        counts=[(column.header, column.count(session, ids)) for column in count_columns],
        opens_more=any(request.args.get(name) for name in FURTHER),
        is_narrowed=asked != DialogueFilter(),
        file_arguments=_kept_arguments(),
    )


@bp.get("/dialogues.csv")
@requires(Permission.EXPORT)
def export() -> Response:
    """Give all rows of the list as a file: for Excel, or with variant=machine for programs."""
    return _file().csv(_notes("dialogues.csv"))


@bp.get("/dialogues.zip")
@requires(Permission.EXPORT)
def package() -> Response:
    """Give the file for programs with a description of its columns, in one package."""
    return _file().package("dialogues", _notes("dialogues.zip"))


@bp.get("/dialogues.xlsx")
@requires(Permission.EXPORT)
def workbook() -> Response:
    """Give all rows of the list as a workbook."""
    return _file().workbook(_notes("dialogues.xlsx"))


def _file() -> ListFile:
    form, asked, sort = _asked()
    session, scope = db_session(), current_scope()
    invented = fictional_ids(session, scope.ids)
    return ListFile(
        stem="doi-thoai",
        tab=gettext("Dialogues"),
        title=gettext("List of dialogues"),
        place=scope.home.name,
        columns=COLUMNS,
        rows=lambda session: dialogue_export_rows(session, scope.ids, asked, sort),
        count=lambda session: dialogue_count(session, scope.ids, asked),
        counted=lambda count: ngettext("%(num)s dialogue", "%(num)s dialogues", count),
        narrowed=list(_narrowed(form, asked)),
        is_fictional=bool(invented) and dialogue_count(session, invented, asked) > 0,
    )


def _narrowed(form: FilterForm, asked: DialogueFilter) -> Iterator[str]:
    """Say by what the list is narrowed, in the words of its form."""
    for name in NARROWING:
        value = asked.place_id if name == "place" else getattr(asked, name)
        if not value:
            continue
        if name == WORDS:
            value = UNTOLD
        elif name == "place":
            value = offered_places().get(value, "")
        elif isinstance(value, date):
            value = clock.shown_date(value)
        elif value is True:
            value = gettext("yes")
        word = say(value) if isinstance(value, Labelled) else value
        yield f"{gettext(form[name].label.text)}: {word}"


def _notes(subject: str) -> FileNotes:
    """Say in the journal by what the list was narrowed, without the words that were typed."""
    narrowed = [name for name in NARROWING if request.args.get(name)]
    return FileNotes(current_user(), subject, " ".join(narrowed))


def _asked() -> tuple[FilterForm, DialogueFilter, Sort]:
    form = FilterForm(typed_arguments())
    names = offered_places()
    keys = {place.id: place.key for place in places_in(db_session(), current_scope().ids)}
    form.place.choices = [
        SelectChoice("", gettext("Any")),
        *(SelectChoice(keys[place_id], name) for place_id, name in names.items()),
    ]
    form.validate()
    ids = {key: place_id for place_id, key in keys.items()}
    return form, form.asked(ids), form.sort.data or Sort.NEWEST


def _kept_arguments() -> dict[str, str]:
    kept = (*NARROWING, "sort")
    return {name: text for name in kept if (text := request.args.get(name, ""))}
