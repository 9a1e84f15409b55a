"""Journeys through a real Chromium: by keyboard, on desk and phone, with axe on every page."""

import csv
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from tests.conftest import PASSWORD
from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.dialogues.models import Dialogue
from tracker.petitions.lifecycle import Status
from tracker.petitions.models import Petition
from tracker.petitions.queries import ledger_mismatches
from tracker.petitions.service import MoveRequest, move_petition
from tracker.places.rules import PlaceKind

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def browse(page: Page, live: str, make):
    """Sign a person in with the keyboard; every page on the way asks this host alone."""
    elsewhere, complaints = [], []
    page.on("request", lambda r: None if r.url.startswith(live) else elsewhere.append(r.url))
    page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else 0)

    def signed_in(**given):
        user = make.user(**given)
        page.goto(live + "/sign-in")
        expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
        page.keyboard.type(user.username)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(live + "/")
        return user

    yield signed_in
    assert [url for url in elsewhere if not url.startswith("data:")] == []
    assert complaints == []


def _rows(session, model):
    """Read what the application wrote, and let go of the database at once."""
    rows = session.scalars(select(model).order_by(model.id)).all()
    session.expunge_all()
    session.rollback()
    return rows


def _tab_to(page: Page, label: str, most: int = 30) -> None:
    """Walk with the Tab key alone until the field or button of this name has the cursor."""
    button = page.get_by_role("button", name=label, exact=True)
    wanted = page.get_by_label(label, exact=False).or_(button)
    for _ in range(most):
        if wanted.first.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The cursor never came to “{label}”.")


def _choose_next(page: Page, label: str) -> None:
    """Take the next choice of a list with the arrow key."""
    _tab_to(page, label)
    page.keyboard.press("ArrowDown")


def test_a_clerk_logs_a_dialogue_and_three_petitions_by_keyboard_and_a_leader_approves_one(
    page, browse, make, live, session, tmp_path
):
    make.category(name_vi="Đất đai", name_en="Land")
    make.place(name="Thôn Đông", kind=PlaceKind.VILLAGE, parent_id=make.home.id)
    browse()

    page.get_by_role("link", name="Ghi buổi đối thoại").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dialogues/new")
    _tab_to(page, "Chủ đề")
    page.keyboard.type("Đối thoại về đường liên thôn")
    _tab_to(page, "Ngày")
    page.keyboard.press("Control+A")
    page.keyboard.type(f"{clock.today():%d/%m/%Y}")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/dialogues/DT-*")
    dialogue_id = _rows(session, Dialogue)[0].id

    page.get_by_role("link", name="Ghi kiến nghị").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/petitions/new?dialogue=*")
    for number, name in enumerate(("Nguyễn Văn An", "Trần Thị Bưởi", "Đặng Thị Hường"), start=1):
        expect(page.get_by_label("Họ và tên")).to_be_focused()
        page.keyboard.type(name)
        if number == 1:
            _choose_next(page, "Thôn, tổ dân phố hoặc xã")
        _tab_to(page, "Nội dung")
        page.keyboard.type(f"Việc thứ {number}: cấp giấy chậm,")
        page.keyboard.press("Enter")
        page.keyboard.type("đề nghị sớm trả lời.")
        if number == 1:
            _choose_next(page, "Lĩnh vực")
        _tab_to(page, "Lưu và ghi tiếp" if number < 3 else "Lưu")
        page.keyboard.press("Enter")
    page.wait_for_url("**/dialogues/DT-*")
    petitions = _rows(session, Petition)
    assert [petition.citizen_name for petition in petitions] == [
        "Nguyễn Văn An",
        "Trần Thị Bưởi",
        "Đặng Thị Hường",
    ]
    assert {petition.dialogue_id for petition in petitions} == {dialogue_id}
    assert len({petition.place_id for petition in petitions}) == 1
    assert "\n" in petitions[0].content

    page.goto(f"{live}/petitions/{petitions[0].code}")
    page.get_by_text("Trình duyệt kết quả").first.focus()
    page.keyboard.press("Enter")
    _tab_to(page, "Kết quả")
    page.keyboard.type("Đã trả giấy chứng nhận tại bộ phận một cửa.")
    _tab_to(page, "Số văn bản")
    page.keyboard.type("12/BB-UBND")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(petitions[0].code)
    expect(page.locator("main")).to_contain_text("Chờ duyệt")

    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in*")
    browse(role=Role.LEADER)
    page.get_by_role("link", name=petitions[0].code).first.click()
    page.get_by_text("Duyệt: đã giải quyết xong").first.click()
    if page.get_by_role("button", name="Duyệt").first.is_visible():
        page.get_by_role("button", name="Duyệt").first.click()
    expect(page.locator("main")).to_contain_text("Đã giải quyết xong")
    assert _rows(session, Petition)[0].status is Status.RESOLVED
    assert ledger_mismatches(session) == []
    session.rollback()

    page.get_by_role("link", name="Báo cáo", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Báo cáo")
    row = page.get_by_role("row").filter(has_text="Đất đai").first
    expect(row).to_contain_text("3")
    with page.expect_download() as kept:
        page.goto(f"{live}/petitions", wait_until="load")
        page.get_by_text("Loại tệp khác").click()
        page.get_by_role("link", name="dấu chấm phẩy").first.click()
    target = tmp_path / "kien-nghi.csv"
    kept.value.save_as(target)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    text = target.read_text("utf-8-sig")
    rows = list(
        csv.reader(text.splitlines(keepends=True), delimiter=";" if ";" in text[:200] else ",")
    )
    assert len(rows) == 1 + 3 + 1  # the last line says how many rows came
    assert {petition.code for petition in petitions} <= {cell for row in rows for cell in row}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_is_free_of_axe_findings_and_fits_its_screen(
    page, browse, make, live, session, size
):
    page.set_viewport_size(size)
    dialogue = make.dialogue()
    petition = make.petition(
        dialogue_id=dialogue.id,
        due_on=clock.today() - (clock.today() - date(clock.today().year, 1, 1)) / 400,
    )
    move_petition(session, None, petition, MoveRequest("start"))
    browse(role=Role.STAFF)
    paths = [
        "/",
        "/dialogues",
        "/dialogues/new",
        f"/dialogues/{dialogue.code}",
        f"/dialogues/{dialogue.code}/edit",
        "/petitions",
        "/petitions/new",
        f"/petitions/{petition.code}",
        f"/petitions/{petition.code}/edit",
        "/reports/resolution",
        "/account",
        "/password",
        "/nowhere",
    ]
    _check(page, live, paths, size)
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in*")
    _check(page, live, ["/sign-in"], size)
    browse(role=Role.ADMIN)
    settings = ["", "/people", "/people/new", "/categories", "/categories/new", "/departments"]
    _check(page, live, [f"/settings{path}" for path in (*settings, "/places")], size)


def _check(page, live, paths, size):
    for path in paths:
        page.goto(live + path)
        found = Axe().run(page).response["violations"]
        assert [(path, finding["id"], finding["nodes"][0]["html"]) for finding in found] == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], (path, width)


def test_what_was_typed_survives_a_cut_network(page, browse, make, live):
    make.category()
    browse()
    page.goto(live + "/petitions/new")
    page.get_by_label("Nội dung", exact=False).first.fill("Đoạn dài gõ trong hội trường")
    page.wait_for_timeout(1300)  # the draft is kept a second after the last key
    page.context.set_offline(True)
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.context.set_offline(False)

    page.goto(live + "/petitions/new")
    page.get_by_role("button", name="Đưa lại vào mẫu").click()

    expect(page.get_by_label("Nội dung", exact=False).first).to_have_value(
        "Đoạn dài gõ trong hội trường"
    )


def test_english_is_one_switch_away_and_stays(page, browse, live):
    browse()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
    page.get_by_role("link", name="Petitions").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Petitions")


def test_no_word_of_the_telephones_bar_breaks(page, browse, live, session):
    page.set_viewport_size(PHONE)
    user = browse(role=Role.LEADER)
    for is_let_in, count in ((False, 6), (True, 7)):
        session.execute(update(User).where(User.id == user.id).values(is_let_in=is_let_in))
        session.commit()
        page.goto(live + "/?lang=en")
        told = page.locator(".main-nav a").evaluate_all(
            """links => links.map(link => {
                const span = link.querySelector("span"), range = document.createRange();
                range.selectNodeContents(span);
                return range.getClientRects().length;
            })"""
        )
        assert told == [1] * count
