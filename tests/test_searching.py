"""Words that are searched for stand in no address: not of the list, its pages or its files."""

import io
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from python_calamine import CalamineWorkbook

NAME, PHONE = "Hoàng Thị Thuý", "0912000111"
PERSON = {"citizen_name": NAME, "citizen_phone": PHONE, "petitioner": "person"}
LISTS = ("/petitions", "/commitments", "/dialogues", "/visits")


def _addresses(page):
    return [
        unquote(link.replace("+", " ")) for link in re.findall(r'(?:href|action)="([^"]*)"', page)
    ]


@pytest.mark.parametrize("path", LISTS)
def test_a_search_leads_to_an_address_that_tells_no_word_of_it(visit, path):
    found = visit().post(path, q=NAME, place="", sort="newest")

    assert found.status_code == 303
    asked = parse_qs(urlsplit(found.location).query)
    assert set(asked) == {"q", "sort"}
    for told in (NAME, "Thuý", "Thu"):
        assert told not in unquote(found.location)


def test_pages_files_and_other_filters_go_on_from_it_and_no_link_tells_the_words(visit, make):
    staff = visit()
    for _ in range(52):
        make.petition(**PERSON, place=staff.user.place)
    other = make.petition(place=staff.user.place)
    found = staff.post("/petitions", q=f" {NAME}").location
    page = staff.get(found).text

    assert f'value="{NAME}"' in page  # it stands in the form, to be changed
    assert other.code not in page
    links = _addresses(page)
    assert [link for link in links if "Thuý" in link] == []
    after = next(link for link in links if "after=" in link).replace("&amp;", "&")
    assert "<td" in staff.get(after).text
    file = next(link for link in links if link.startswith("/petitions.csv")).replace("&amp;", "&")
    rows = staff.get(file).get_data().decode("utf-8-sig")
    assert rows.count("KN-") == 52
    assert other.code not in rows
    narrowed = staff.post("/petitions", q=NAME, kind="question").location
    assert "kind=question" in narrowed
    assert "Không có kiến nghị nào" in staff.get(narrowed).text


def test_the_words_open_to_the_sign_in_that_searched_and_to_no_other(visit, make):
    staff = visit()
    make.petition(**PERSON, place=staff.user.place)
    found = staff.post("/petitions", q=NAME, status="received").location
    assert "KN-" in staff.get(found).text

    for someone in (visit(), visit(user=staff.user)):
        for address in (found, found.replace("/petitions?", "/petitions.csv?")):
            answer = someone.get(address)
            assert (answer.status_code, answer.location) == (303, "/petitions?status=received")
        assert "xin gõ lại" in someone.get("/petitions").text
    broken = staff.get(re.sub("q=[^&]*", "q=~abc", found))
    assert broken.location == "/petitions?status=received"


def test_words_that_somebody_wrote_into_an_address_are_searched_for_as_before(visit, make):
    staff = visit()
    petition = make.petition(content="Đề nghị sửa cống thoát nước", place=staff.user.place)
    assert petition.code in staff.get("/petitions", q="cống thoát").text
    assert petition.code not in staff.get("/petitions", q="đèn đường").text


def test_a_file_says_that_words_were_searched_for_but_not_which(visit, make):
    staff = visit()
    make.petition(**PERSON, place=staff.user.place)
    found = staff.post("/petitions", q=NAME).location
    for ending, told in (("", False), ("&profile=internal", True)):
        file = staff.get(found.replace("/petitions?", "/petitions.xlsx?") + ending).get_data()
        rows = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
        heading = " ".join(str(cell) for row in rows[:8] for cell in row)
        assert "Từ khóa: " in heading
        assert (f"Từ khóa: {NAME}" in heading) is told


def test_an_empty_search_leads_to_the_whole_list(visit):
    assert visit().post("/petitions", q=" ", status="").location == "/petitions"
