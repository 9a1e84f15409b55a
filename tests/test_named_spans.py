"""Periods with a name of the commune's own: kept in settings, offered in the report."""

from datetime import date

import pytest

from tracker.accounts.permissions import Role
from tracker.core.errors import NotAllowed, NotFound, Stale
from tracker.journal.models import JournalEntry
from tracker.reports.rules import Period, named_period
from tracker.settings.queries import named_spans
from tracker.settings.rules import NamedSpan, span_in
from tracker.settings.service.spans import SpanRefused, add_span, change_span, retire_span

TERM = NamedSpan("", "Nhiệm kỳ HĐND 2021–2026", date(2021, 7, 1), date(2026, 6, 30))


@pytest.fixture
def admin(make):
    return make.user(role=Role.ADMIN)


def test_a_named_span_reads_as_it_was_written():
    span = NamedSpan("nk", "Đợt cao điểm quý IV", date(2026, 10, 1), date(2026, 12, 31), 3)
    assert span_in("span:nk", span.written, 3) == span
    assert span_in("span:nk", "", 4) is None


def test_a_name_of_ones_own_stands_for_its_days():
    period = Period(TERM.start, TERM.end, TERM.name)
    assert period.label == TERM.name
    assert period.arguments == {"from": "2021-07-01", "to": "2026-06-30", "called": TERM.name}
    assert period.just_before() == Period(date(2016, 7, 1), date(2021, 6, 30))
    assert not period.is_term
    assert named_period("2020-2025").is_term
    assert not Period(date(2026, 1, 1), date(2026, 1, 9), "123456789").is_term


def test_a_span_is_kept_changed_and_retired_and_the_journal_tells(session, admin):
    span = add_span(session, admin, TERM, "a" * 20)
    assert add_span(session, admin, TERM, "a" * 20) == span
    assert [kept.name for kept in named_spans(session)] == [TERM.name]

    change = NamedSpan(span.code, "Nhiệm kỳ  HĐND", TERM.start, date(2026, 5, 31), span.version)
    change_span(session, admin, change)
    (kept,) = named_spans(session)
    assert (kept.name, kept.end) == ("Nhiệm kỳ HĐND", date(2026, 5, 31))
    with pytest.raises(Stale):
        change_span(session, admin, change)

    retire_span(session, admin, kept)
    assert named_spans(session) == []
    with pytest.raises(NotFound):
        retire_span(session, admin, kept)
    again = add_span(session, admin, TERM, "b" * 20)
    assert again.code == span.code
    told = [e.action for e in session.query(JournalEntry) if e.subject == span.code]
    assert told == ["span:made", "span:changed", "span:retired", "span:made"]


@pytest.mark.parametrize(
    ("name", "start", "end", "field"),
    [
        (" ", date(2026, 1, 1), date(2026, 2, 1), "name"),
        ("2026-Q3", date(2026, 1, 1), date(2026, 2, 1), "name"),
        ("2021-2026", date(2026, 1, 1), date(2026, 2, 1), "name"),
        ("x" * 41, date(2026, 1, 1), date(2026, 2, 1), "name"),
        ("Ngược", date(2026, 2, 1), date(2026, 1, 1), "end"),
        ("Xưa", date(1026, 2, 1), date(2026, 1, 1), "start"),
    ],
)
def test_a_span_without_name_or_days_is_refused_where_it_was_typed(
    session, admin, name, start, end, field
):
    with pytest.raises(SpanRefused) as refused:
        add_span(session, admin, NamedSpan("", name, start, end), "c" * 20)
    assert refused.value.field == field


def test_two_spans_have_two_names_and_only_keepers_keep_them(session, admin, make):
    add_span(session, admin, TERM, "d" * 20)
    with pytest.raises(SpanRefused):
        add_span(session, admin, TERM, "e" * 20)
    with pytest.raises(NotAllowed):
        add_span(session, make.user(role=Role.STAFF), TERM, "f" * 20)


def test_the_report_offers_and_names_a_span_of_the_settings(visit, make):
    make.petition(received_on=date(2026, 3, 2))
    admin, leader = visit(role=Role.ADMIN), visit(role=Role.LEADER)
    assert "Chưa có kỳ nào" in admin.get("/settings/periods").text
    given = {"name": TERM.name, "start": "01/07/2021", "end": "30/06/2026"}
    page = admin.get("/settings/periods/new").text
    key = page.split('name="key"')[1].split('value="')[1].split('"')[0]
    assert admin.post("/settings/periods/new", key=key, **given).status_code == 303
    wrong = admin.post("/settings/periods/new", key="x" * 20, **(given | {"end": "01/01/2020"}))
    assert "Ngày cuối" in wrong.text or wrong.text.count("field__error") >= 1
    assert TERM.name in admin.get("/settings/periods").text

    code = "nhiem_ky_hdnd_2021_2026"
    assert f"called:{code}" in leader.get("/reports/resolution").text
    chosen = leader.get("/reports/resolution", span=f"called:{code}", year="2026").text
    assert f"Báo cáo kết quả giải quyết, {TERM.name}" in chosen or f", {TERM.name}</h1>" in chosen
    address = {"from": "2021-07-01", "to": "2026-06-30", "called": TERM.name}
    linked = leader.get("/reports/resolution", **address).text
    assert f", {TERM.name}</h1>" in linked
    invented = leader.get("/reports/resolution", **(address | {"called": "Bịa đặt"})).text
    assert "Bịa đặt</h1>" not in invented

    change = f"/settings/periods/{code}"
    assert TERM.name in admin.get(change).text
    stale = admin.post(change, version="99", **(given | {"name": "Khác"}))
    assert stale.status_code == 409
    assert admin.post(f"{change}/retire", version="1").status_code == 303
    assert code not in leader.get("/reports/resolution").text
    assert leader.get("/settings/periods").status_code == 403
