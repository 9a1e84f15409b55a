"""The ledger of promises, and its file; every number leads to its rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, render_template, request, url_for

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.commitments.columns import LEDGER_COLUMNS, STATES, LedgerRow
from tracker.commitments.forms import LedgerForm
from tracker.commitments.queries.addresses import LABELS, Asked, asked_in
from tracker.commitments.queries.ledger import Ledger, Line, due_dates_missing, ledger
from tracker.commitments.rules import UNNAMED, By
from tracker.commitments.views.blueprint import bp
from tracker.core import clock
from tracker.core.columns import csv_of
from tracker.core.csvout import MEDIA_TYPE, Variant, separator_of, variant_of
from tracker.core.i18n import gettext
from tracker.core.web import db_session, download, own_session
from tracker.journal import service as journal
from tracker.petitions.queries.choices import place_choices

NARROWING = ("promised_from", "promised_to", "place")


@dataclass(frozen=True, slots=True)
class _Book:
    """The ledger that an address asks for."""

    form: LedgerForm
    by: By
    asked: Asked
    lines: Ledger


@bp.get("/commitments/ledger")
@requires(Permission.READ_REPORT)
def by_line() -> str:
    """Show, a line for each leader, department or dialogue, what was promised and kept."""
    book = _asked_book()
    asked = book.asked
    return render_template(
        "commitments/ledger.html",
        form=book.form,
        by=book.by,
        kinds=list(By),
        unnamed=gettext(UNNAMED[book.by]),
        states=STATES,
        book=book.lines,
        undated=due_dates_missing(db_session(), current_scope().ids),
        arguments=asked.arguments,
        unknown=[gettext(LABELS[name]) for name in asked.unknown],
        rows_of=lambda line, **more: _rows_of(line, book.by, asked.arguments | more),
        file_of=lambda **how: url_for(
            "commitments.ledger_csv", **asked.arguments | {"by": book.by.value} | how
        ),
    )


@bp.get("/commitments/ledger.csv")
@requires(Permission.EXPORT)
def ledger_csv() -> Response:
    """Give the ledger as a file, as its page is narrowed: for Excel, or for programs."""
    variant = variant_of(request.args.get("variant"))
    separator = separator_of(request.args.get("separator"), variant)
    book = _asked_book()
    body = "".join(csv_of(LEDGER_COLUMNS, _file_rows(book, variant), variant, separator)).encode()
    filters = [f"{name}={text}" for name, text in book.asked.arguments.items()]
    # The reading is over; on some engines it would stand in the way of its own note.
    db_session().close()
    with own_session(read_only=False) as writing:
        told = "; ".join([f"by={book.by.value}", *filters])
        journal.note_export(writing, current_user(), "commitments/ledger.csv", told)
    return download(body, MEDIA_TYPE, f"so-cam-ket-{clock.today().isoformat()}.csv")


def _asked_book() -> _Book:
    session, scope = db_session(), current_scope().ids
    given = {name: request.args[name] for name in NARROWING if request.args.get(name)}
    asked = asked_in(session, scope, given)
    form = LedgerForm(request.args)
    form.offer(place_choices(session, scope))
    form.validate()
    by = form.by.data if isinstance(form.by.data, By) else By.LEADER
    return _Book(form, by, asked, ledger(session, scope, asked.filter, by))


def _file_rows(book: _Book, variant: Variant) -> Iterator[LedgerRow]:
    for line in book.lines.lines:
        yield LedgerRow(book.by, line, _rows_of(line, book.by, book.asked.arguments))
    if variant is Variant.EXCEL and book.lines.lines:
        total = book.lines.total
        rows = _rows_of(total, book.by, book.asked.arguments)
        yield LedgerRow(book.by, total, rows, is_total=True)


def _rows_of(line: Line, by: By, arguments: dict[str, str]) -> str:
    """Give the address of the very rows that a number counts."""
    if line.key:
        arguments = arguments | {by.value: line.key}
    return url_for("commitments.index", **arguments)  # type: ignore[arg-type]
