"""A due date through a real Chromium: set, extended, then moved by a day off shown beforehand."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.conftest import PASSWORD
from tracker.accounts.permissions import Role
from tracker.calendar.queries import calendar_of
from tracker.core import clock
from tracker.core.clock import shown_date
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches
from tracker.seeding import seed_basics

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE = {"width": 390, "height": 844}


def _sign_in(page: Page, live: str, user) -> None:
    page.context.clear_cookies()
    page.goto(f"{live}/sign-in")
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live}/")


def _is_clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide), page.url


def test_a_due_date_is_set_extended_and_moved_by_a_day_off(page, live, make, session):
    seed_basics(session)
    today = clock.today()
    staff, admin = make.user(), make.user(role=Role.ADMIN)
    first = make.petition(received_on=today).code
    counted = make.petition(category=make.category(due_days=10), received_on=today)
    code, due_on, calendar = counted.code, counted.due_on, calendar_of(session)
    holiday = today + timedelta(days=2)
    while not calendar.is_working(holiday):
        holiday += timedelta(days=1)
    moved_to = due_on + timedelta(days=1)
    while not calendar.is_working(moved_to):
        moved_to += timedelta(days=1)
    session.expunge_all()
    session.rollback()  # the database is the application's from here on

    _sign_in(page, live, staff)
    page.goto(f"{live}/petitions/{first}")
    page.locator("#move-assign summary").click()
    set_to, extended_to = today + timedelta(days=20), today + timedelta(days=40)
    page.locator("#assign-department").select_option(index=1)
    page.locator("#assign-due_on").fill(shown_date(set_to))
    page.locator("#move-assign button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(shown_date(set_to))

    page.locator("#move-extend summary").click()
    page.locator("#extend-due_on").fill(shown_date(extended_to))
    page.locator("#extend-note").fill("Chờ kết quả đo đạc lại")
    page.locator("#move-extend button[type=submit]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.locator("#extend-note")).to_have_value("Chờ kết quả đo đạc lại")
    page.locator("#extend-document_number").fill("21/QĐ-UBND")
    page.locator("#move-extend button[type=submit]").click()
    expect(page.locator(".timeline")).to_contain_text("21/QĐ-UBND")
    _is_clean(page)
    page.get_by_role("link", name="Vì sao là ngày này").first.click()
    expect(page.locator("main")).to_contain_text("21/QĐ-UBND")
    expect(page.locator("main")).to_contain_text(shown_date(extended_to))
    _is_clean(page)
    page.set_viewport_size(PHONE)
    _is_clean(page)

    _sign_in(page, live, admin)
    page.goto(f"{live}/settings/calendar")
    _is_clean(page)
    page.get_by_role("link", name="Thêm hoặc hoán đổi ngày").click()
    page.get_by_label("Ngày", exact=True).fill(shown_date(holiday))
    page.get_by_label("Lý do").fill("Nghỉ bù")
    page.get_by_label("Căn cứ văn bản").fill("15/QĐ-TTg")
    _is_clean(page)
    page.get_by_role("button", name="Xem trước thay đổi").click()
    row = page.get_by_role("row").filter(has_text=code).filter(has_text="Thời hạn")
    expect(row.first).to_contain_text(shown_date(due_on))
    expect(row.first).to_contain_text(shown_date(moved_to))
    _is_clean(page)
    page.get_by_role("button", name="Áp dụng thay đổi").click()
    expect(page.locator("main")).to_contain_text("15/QĐ-TTg")

    page.goto(f"{live}/petitions/{code}/due")
    expect(page.locator("main")).to_contain_text("Nghỉ bù (15/QĐ-TTg)")
    expect(page.locator("main")).to_contain_text(shown_date(moved_to))
    for path in ("/settings/rules", "/settings/rules/ACK", "/settings/choices"):
        page.goto(live + path)
        _is_clean(page)
    due = {row.code: row.due_on for row in session.scalars(select(Petition))}
    assert due == {first: extended_to, code: moved_to}
    assert ledger_mismatches(session) == []
    session.rollback()
