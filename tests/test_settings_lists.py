"""Administrators keep categories and departments: through the pages, on both engines."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tracker.accounts.permissions import Role
from tracker.dialogues.models import Category, Department
from tracker.journal.models import JournalEntry
from tracker.petitions.service import PetitionRefused
from tracker.places.rules import PlaceKind
from tracker.settings.rules import LONGEST_CODE, code_from

BOTH = pytest.mark.parametrize(
    ("which", "table"), [("categories", Category), ("departments", Department)]
)


def _new(**given):
    usual = {"key": "khoa-1", "name_vi": "Nước sạch", "name_en": "Clean water"}
    return usual | given


def _rows(session, table):
    session.expire_all()
    rows = list(session.scalars(select(table).order_by(table.position)))
    session.commit()
    return rows


def _entries(session, action):
    asked = select(JournalEntry).where(JournalEntry.action == action)
    return [json.loads(entry.detail) for entry in session.scalars(asked)]


@BOTH
def test_an_entry_is_added_changed_retired_and_brought_back(visit, session, which, table):
    admin, address = visit(role=Role.ADMIN), f"/settings/{which}"
    assert admin.get(f"{address}/new").status_code == 200
    admin.post(f"{address}/new", **_new())
    admin.post(f"{address}/new", **_new(key="khoa-2", name_vi="Chợ", name_en="Market"))
    first, second = _rows(session, table)
    assert (first.code, second.code) == ("nuoc_sach", "cho")
    assert first.position < second.position

    changed = admin.post(f"{address}/cho", **_new(version=1, name_vi="Chợ, bến bãi"))
    retired = admin.post(f"{address}/cho/retire", version=2)
    page = admin.get(address)
    back = admin.post(f"{address}/cho/bring-back", version=3)

    assert {changed.status_code, retired.status_code, back.status_code} == {303}
    assert "Đã thôi dùng" in page.text
    assert page.text.index("Đã thôi dùng") < page.text.rindex("Chợ, bến bãi")
    row = _rows(session, table)[1]
    assert (row.code, row.name_vi, row.is_retired) == ("cho", "Chợ, bến bãi", False)


def test_each_act_on_a_list_is_journaled_before_and_after(visit, session):
    admin = visit(role=Role.ADMIN)
    admin.post("/settings/categories/new", **_new())
    admin.post("/settings/categories/nuoc_sach", **_new(version=1, due_days="15"))

    (made,) = _entries(session, "category:made")
    (changed,) = _entries(session, "category:changed")
    assert made["after"]["name_vi"] == "Nước sạch"
    assert changed == {"before": {"due_days": None}, "after": {"due_days": 15}}


def test_a_categorys_rule_for_due_dates_is_kept_and_can_be_taken_away(visit, session, make):
    admin, category = visit(role=Role.ADMIN), make.category(code="dat")
    rule = _new(name_vi="Đất đai", version=1, due_days="20", due_kind="calendar")
    admin.post("/settings/categories/dat", **rule)
    row = _rows(session, Category)[0]
    assert (row.due_days, row.due_days_are_working) == (20, False)

    admin.post("/settings/categories/dat", **rule | {"version": 2, "due_days": ""})
    assert _rows(session, Category)[0].due_days is None
    assert (
        "không quy định thời hạn chung" in admin.get(f"/settings/categories/{category.code}").text
    )


@BOTH
def test_entries_move_up_and_down_without_scripts(visit, session, which, table):
    admin, address = visit(role=Role.ADMIN), f"/settings/{which}"
    for number, name in enumerate(("Một", "Hai", "Ba")):
        admin.post(f"{address}/new", **_new(key=f"khoa-{number}", name_vi=name))

    def order():
        return [row.code for row in _rows(session, table)]

    def move(code, way):
        version = next(row.version for row in _rows(session, table) if row.code == code)
        assert admin.post(f"{address}/{code}/{way}", version=version).status_code == 303

    move("ba", "up")
    assert order() == ["mot", "ba", "hai"]
    move("mot", "down")
    assert order() == ["ba", "mot", "hai"]
    move("ba", "up")
    assert order() == ["ba", "mot", "hai"]
    admin.post(f"{address}/hai/up", version=1)  # the second click of a double click is too late
    admin.post(f"{address}/hai/up", version=1)
    assert order().index("hai") >= 1


@BOTH
def test_a_double_click_adds_one_entry(visit, session, which, table):
    admin = visit(role=Role.ADMIN)
    for _ in range(2):
        assert admin.post(f"/settings/{which}/new", **_new()).status_code == 303
    assert len(_rows(session, table)) == 1


@BOTH
def test_a_stale_save_of_an_entry_shows_both_texts(visit, session, which, table):
    admin, address = visit(role=Role.ADMIN), f"/settings/{which}/nuoc_sach"
    admin.post(f"/settings/{which}/new", **_new())
    admin.post(address, **_new(version=1, name_en="First"))

    late = admin.post(address, **_new(version=1, name_en="Too late"))

    assert late.status_code == 409
    assert "First" in late.text
    assert "Too late" in late.text
    assert _rows(session, table)[0].name_en == "First"
    version = re.search(r'name="version" type="hidden" value="(\d+)"', late.text)[1]
    assert admin.post(address, **_new(version=version, name_en="Too late")).status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_vi": ""},
        {"name_en": " "},
        {"name_vi": "x" * 201},
        {"due_days": "ba mươi"},
        {"due_days": "0"},
        {"due_days": "400"},
        {"due_kind": "lunar"},
        {"name_vi": "ĐẤT ĐAI"},
        {"name_vi": "\u202ea\x07"},
    ],
    ids=str,
)
def test_a_wrong_entry_is_told_and_what_was_typed_stays(visit, make, session, wrong):
    make.category()
    admin = visit(role=Role.ADMIN)
    answer = admin.post("/settings/categories/new", **_new(**wrong))

    assert answer.status_code == 200
    assert "field__error" in answer.text
    assert ("Clean water" if "name_en" not in wrong else "Nước sạch") in answer.text
    assert len(_rows(session, Category)) == 1


def test_names_in_parts_are_composed_and_formulas_are_only_text(visit, session):
    admin = visit(role=Role.ADMIN)
    answer = admin.post(
        "/settings/categories/new", **_new(name_vi="=Nu\u031bo\u031b\u0301c", name_en="+1")
    )
    assert answer.status_code == 303
    row = _rows(session, Category)[0]
    assert (row.code, row.name_vi, row.name_en) == ("nuoc", "=Nước", "+1")


def test_a_retired_category_stays_on_its_petitions_and_takes_no_new_ones(visit, make, session):
    admin, category = visit(role=Role.ADMIN), make.category(name_vi="Chợ cũ")
    make.category()
    petition = make.petition(category=category)
    admin.post(f"/settings/categories/{category.code}/retire", version=category.version)

    session.expire_all()
    assert session.get_one(Category, petition.category_id).name_vi == "Chợ cũ"
    with pytest.raises(PetitionRefused):
        make.petition(category=category)
    session.rollback()
    assert "Chợ cũ" in admin.get(f"/petitions/{petition.code}").text
    assert "Chợ cũ" in admin.get("/petitions").text


def test_the_last_category_in_use_is_not_retired(visit, make, session):
    admin, category = visit(role=Role.ADMIN), make.category()
    admin.post(f"/settings/categories/{category.code}/retire", version=1)

    assert "ít nhất một lĩnh vực" in admin.get("/settings/categories").text
    assert not _rows(session, Category)[0].is_retired


def test_lists_are_kept_by_the_highest_administrators_only(visit, make, session):
    province = make.place(name="Tỉnh Mẫu", kind=PlaceKind.PROVINCE)
    commune = make.place(name="Xã Dưới", parent_id=province.id)
    category = make.category()
    below = visit(role=Role.ADMIN, place=commune)
    assert below.get("/settings/categories/new").status_code == 200

    above = visit(role=Role.ADMIN, place=province)

    page = below.get("/settings/categories").text
    assert "quản trị viên cấp trên giữ" in page
    assert "/settings/categories/new" not in page
    code = category.code
    for path in ("new", code, f"{code}/up", f"{code}/down", f"{code}/retire", f"{code}/bring-back"):
        fields = _new(version=category.version)
        assert below.post(f"/settings/categories/{path}", **fields).status_code == 403
    assert above.post("/settings/categories/new", **_new()).status_code == 303


@BOTH
def test_an_unknown_entry_is_not_found(visit, which, table):
    admin = visit(role=Role.ADMIN)
    assert admin.get(f"/settings/{which}/khong_co").status_code == 404
    for act in ("", "/up", "/retire", "/bring-back"):
        answer = admin.post(f"/settings/{which}/khong_co{act}", **_new(version=1))
        assert answer.status_code == 404


@given(st.text(max_size=80), st.sets(st.sampled_from(["a", "a_2", "muc"])))
def test_a_code_made_from_any_name_is_plain_short_and_free(name, taken):
    code = code_from(name, taken)
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code)
    assert len(code) <= LONGEST_CODE
    assert code not in taken


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_of_lists_speak_both_languages(visit, make, language):
    admin, category = visit(role=Role.ADMIN), make.category(due_days=10)
    for path in ("categories", "categories/new", f"categories/{category.code}", "departments"):
        page = admin.get(f"/settings/{path}", lang=language)
        assert page.status_code == 200
        assert ("Tên tiếng Việt" in page.text) is (language == "vi") or path == "departments"
