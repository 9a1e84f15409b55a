"""The one writer of CSV: opens in Excel, runs nothing, loses nothing."""

import csv
import io
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.csvout import (
    FORMULA_STARTS,
    Separator,
    Variant,
    csv_lines,
    disarmed,
    separator_of,
)
from tracker.petitions.lifecycle import Status

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


def _read(lines, separator=Separator.COMMA, mark="\ufeff"):
    whole = "".join(lines)
    assert whole.startswith(mark + '"')
    text = whole.removeprefix(mark)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5), st.sampled_from(list(Separator)))
def test_every_row_comes_back_whole_whatever_it_holds(rows, separator):
    back = _read(csv_lines(["a", "b"], rows, separator=separator), separator)
    assert back[0] == ["a", "b"]
    assert back[1:] == [[disarmed(one), disarmed(two)] for one, two in rows]


@given(TEXTS)
def test_no_cell_begins_as_a_formula(text):
    assert not disarmed(text).lstrip(" \u00a0").startswith(FORMULA_STARTS)


def test_excel_sees_words_and_office_dates_and_a_machine_sees_what_is_stored():
    row = [[Status.RESOLVED, date(2026, 3, 5), None, 12, -3, "=1+1"]]
    assert _read(csv_lines(list("abcdef"), row))[1] == [
        "Đã giải quyết xong", "05/03/2026", "", "12", "-3", "'=1+1",
    ]  # fmt: skip
    assert _read(csv_lines(list("abcdef"), row, variant=Variant.MACHINE), mark="")[1] == [
        "resolved", "2026-03-05", "", "12", "-3", "'=1+1",
    ]  # fmt: skip


def test_excel_gets_semicolons_and_decimal_commas_unless_told_otherwise_and_a_machine_commas():
    assert separator_of(None, Variant.EXCEL) is Separator.SEMICOLON
    assert separator_of("?", Variant.MACHINE) is Separator.COMMA
    assert (
        separator_of("comma", Variant.EXCEL) is separator_of(",", Variant.EXCEL) is Separator.COMMA
    )
    assert separator_of(";", Variant.MACHINE) is Separator.SEMICOLON

    assert list(csv_lines(["a", "b"], [[33.3, 100.0]], separator=Separator.SEMICOLON))[1] == (
        "33,3;100,0\r\n"
    )
    assert list(csv_lines(["a", "b"], [[33.3, 2]]))[1] == "33.3,2\r\n"
    machine = csv_lines(["a"], [[0.3333]], variant=Variant.MACHINE, separator=Separator.SEMICOLON)
    assert list(machine)[1] == "0.3333\r\n"
