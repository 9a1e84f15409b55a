"""Every address: who may open it, and what opening it may do."""

import pytest

from tracker.accounts.permissions import Permission, Role
from tracker.app import create_app
from tracker.core.db import engine_for
from tracker.core.settings import Settings

FREE = {
    "static",
    "bootstrap.static",
    "healthz",
    "font",
    "accounts.sign_in",
    "accounts.sign_in_code",
    "accounts.sign_out",
}
BY_EVERYONE_SIGNED_IN = {
    "accounts.password",
    "accounts.account",
    "accounts.end_sign_in",
    "accounts.second_factor",
    "accounts.begin_second_factor",
    "accounts.remove_second_factor",
}
READING = {"GET", "HEAD", "OPTIONS"}
FORM = "application/x-www-form-urlencoded"


def test_every_view_declares_who_may_enter(app):
    declared = {
        name: getattr(view, "permission", "nothing declared")
        for name, view in app.view_functions.items()
    }
    for name, permission in declared.items():
        if name in FREE:
            assert permission in (None, "nothing declared"), name
        elif name in BY_EVERYONE_SIGNED_IN:
            assert permission == "signed in", name
        else:
            assert isinstance(permission, Permission), name


def test_what_changes_the_register_is_asked_for_by_post_only(app):
    """An address that takes POST alone has no reading twin that could do the same."""
    for rule in app.url_map.iter_rules():
        changing = rule.methods - READING
        assert changing <= {"POST"}, rule


def _address(rule):
    known = {"code": "KN-2026-999999", "username": "nobody", "name": "BeVietnamPro-Regular"}
    values = {name: known.get(name, 999_999) for name in rule.arguments}
    try:
        return rule.build(values, append_unknown=False)[1]
    except TypeError:
        return None


def _rules(app, method):
    return [rule for rule in app.url_map.iter_rules() if method in rule.methods and _address(rule)]


def test_nobody_who_is_not_signed_in_sees_or_changes_anything(app, visit):
    stranger = visit(None)
    for rule in _rules(app, "GET"):
        if rule.endpoint not in FREE:
            answer = stranger.get(_address(rule))
            assert answer.status_code == 303, rule
            assert answer.location.startswith("/sign-in"), rule
    for rule in _rules(app, "POST"):
        if rule.endpoint not in FREE:
            assert stranger.post(_address(rule)).status_code == 401, rule


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_exactly_what_the_table_grants(app, visit, role):
    person = visit(role=role)
    for method, ask in (("GET", person.get), ("POST", person.post)):
        for rule in _rules(app, method):
            permission = getattr(app.view_functions[rule.endpoint], "permission", None)
            if not isinstance(permission, Permission):
                continue
            refused = ask(_address(rule)).status_code == 403
            assert refused is not person.user.may(permission), (method, rule)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_opens_on_an_empty_register_in_both_languages(app, visit, role, language):
    person = visit(role=role)
    for rule in _rules(app, "GET"):
        if not rule.arguments and rule.endpoint not in FREE:
            answer = person.get(_address(rule), lang=language)
            if rule.rule.startswith("/denunciations"):  # to nobody who is not let in by name
                assert answer.status_code == 404, rule
                continue
            assert answer.status_code in (200, 303, 403), rule
            if answer.status_code == 200 and answer.mimetype == "text/html":
                assert f'<html lang="{language}">' in answer.text
                assert answer.text.count("<h1") == 1, rule


def test_every_answer_carries_the_headers(app, visit):
    stranger = visit(None)
    for path in ("/sign-in", "/nowhere", "/healthz", "/static/app.css", "/petitions"):
        with stranger.get(path) as answer:
            headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
    assert stranger.get("/sign-in").headers["Cache-Control"] == "no-store"


def test_another_hosts_name_is_refused(visit):
    answer = visit(None).client.get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_a_method_nobody_declared_is_refused(visit):
    assert visit().client.put("/petitions").status_code in (400, 405)
    assert visit().client.open("/petitions", method="TRACE").status_code in (400, 405)


@pytest.mark.parametrize(
    "path",
    ["/petitions?status=%00", "/petitions/%00", "/petitions?category=%00", "/dialogues/DT%00"],
)
def test_signs_that_nobody_can_read_are_no_address(visit, path):
    assert visit().get(path).status_code == 404


def test_numbers_beyond_any_key_are_no_address(visit):
    staff = visit()
    for number in (2**31, 2**63, 10**30):
        assert staff.post(f"/account/sign-ins/{number}/end").status_code == 404


def test_a_form_of_a_million_parts_is_refused_before_it_is_read(visit):
    stranger = visit(None).client
    answer = stranger.post("/sign-in", data="a&" * 1_000_000, content_type=FORM)
    assert answer.status_code == 413


def test_an_address_that_takes_a_form_leads_to_its_page_when_it_is_opened(visit, make):
    petition = make.petition()
    answer = visit().get(f"/petitions/{petition.code}/moves")
    assert answer.status_code == 303
    assert answer.location == f"/petitions/{petition.code}"


def test_without_its_database_a_page_says_so_and_no_more(app, visit, engine):
    staff = visit()
    staff.get("/")
    app.config["TESTING"] = False
    app.extensions["engine"].dispose()
    app.extensions["engine"] = engine_for("sqlite:////nobody/register.db")
    for path in ("/petitions", "/sign-in", "/healthz"):
        answer = staff.get(path)
        if path == "/sign-in":
            continue
        assert answer.status_code == 503, path
        assert "Traceback" not in answer.text
        assert "nobody" not in answer.text


def test_debugging_cannot_be_switched_on_from_outside(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    assert create_app(Settings(database_url, tmp_path, "secret of the tests " * 3)).debug is False


def test_an_answer_too_large_to_be_true_is_refused_with_a_sentence(visit):
    answer = visit().post("/password", note="x" * (9 * 1024 * 1024))
    assert answer.status_code == 413
    assert "<h1" in answer.text
