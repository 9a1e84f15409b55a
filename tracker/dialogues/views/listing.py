"""The list of dialogues, and its files."""

from collections.abc import Iterator

from flask import Response, render_template, request
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.core import clock, downloads
from tracker.core.columns import header, lines
from tracker.core.csvout import MEDIA_TYPE, Variant, csv_lines, separator_of, variant_of
from tracker.core.i18n import gettext, ngettext
from tracker.core.web import db_session, download, own_session, streamed
from tracker.core.xlsxout import Sheet, sheet_columns, titles_of
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
from tracker.journal import service as journal
from tracker.places.queries import places_in

FURTHER = ("form", "held_from", "held_to", "clock", "duty", "date_unknown")
NARROWING = ("q", "stage", "place", *FURTHER)


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
    _, asked, sort = _asked()
    scope, variant = current_scope().ids, variant_of(request.args.get("variant"))
    separator = separator_of(request.args.get("separator"), variant)
    narrowed = [name for name in NARROWING if request.args.get(name)]
    detail = " ".join([variant, *narrowed])
    with own_session(read_only=False) as writing:
        journal.note_export(writing, current_user(), "dialogues.csv", detail)

    def read(session: Session) -> Iterator[str]:
        rows = lines(COLUMNS, dialogue_export_rows(session, scope, asked, sort), variant)
        yield from csv_lines(header(COLUMNS, variant), rows, variant=variant, separator=separator)

    return download(streamed(read), MEDIA_TYPE, f"doi-thoai-{clock.today().isoformat()}.csv")


@bp.get("/dialogues.xlsx")
@requires(Permission.EXPORT)
def workbook() -> Response:
    """Give all rows of the list as a workbook."""
    _, asked, sort = _asked()
    scope, user = current_scope(), current_user()
    title = gettext("List of dialogues")

    def sheet(session: Session) -> Sheet:
        count = dialogue_count(session, scope.ids, asked)
        return Sheet(
            gettext("Dialogues"),
            titles_of(
                title,
                scope.home.name,
                clock.shown_date(clock.today()),
                ngettext("%(num)s dialogue", "%(num)s dialogues", count),
                is_fictional=scope.home.is_fictional,
            ),
            sheet_columns(COLUMNS),
            lines(COLUMNS, dialogue_export_rows(session, scope.ids, asked, sort), Variant.EXCEL),
            most=count,
            frozen=2,
        )

    response, rows = downloads.workbook(sheet, f"doi-thoai-{clock.today().isoformat()}.xlsx")
    narrowed = [name for name in NARROWING if request.args.get(name)]
    with own_session(read_only=False) as writing:
        journal.note_taken(writing, user, "dialogues.xlsx", " ".join(narrowed), rows)
    return response


def _asked() -> tuple[FilterForm, DialogueFilter, Sort]:
    form = FilterForm(request.args)
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
