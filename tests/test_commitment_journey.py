"""The next dialogue in a real browser: a promise written down by keyboard is what it opens with."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.test_browser import _tab_to, browse  # noqa: F401 - the fixture of all journeys
from tracker.core import clock
from tracker.dialogues.service import move_dialogue

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = clock.today()


def test_a_clerk_writes_a_promise_down_and_the_next_dialogue_opens_with_it(
    page,
    browse,  # noqa: F811
    make,
    live,
    session,
):
    last = make.dialogue(held_on=TODAY - timedelta(days=9), chair="Chủ tịch UBND xã")
    move_dialogue(session, None, last, "hold", happened_on=TODAY - timedelta(days=9))
    coming = make.dialogue(held_on=TODAY + timedelta(days=9), topic="Đối thoại lần tới")
    session.rollback()
    browse()

    page.goto(f"{live}/dialogues/{last.code}")
    page.get_by_role("link", name="Ghi cam kết").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/commitments/new?**")
    page.wait_for_function("document.activeElement.matches('main form [name]')")
    page.keyboard.type("Nạo vét xong mương thôn Đông trước mùa mưa")
    _tab_to(page, "Thời hạn")
    page.keyboard.type(f"{TODAY + timedelta(days=30):%d/%m/%Y}")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/commitments/CK-*")
    assert Axe().run(page).violations_count == 0

    page.goto(f"{live}/dialogues/{coming.code}")
    page.get_by_role("link", name="Mở đầu buổi đối thoại").click()
    page.wait_for_url("**/agenda")
    page.get_by_text("Nạo vét xong mương thôn Đông").wait_for()
    page.get_by_role("link", name="Mỗi thôn một tờ").click()
    page.get_by_text("Nạo vét xong mương thôn Đông").wait_for()
    assert Axe().run(page).violations_count == 0
