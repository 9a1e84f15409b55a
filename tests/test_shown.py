"""How numbers and browsers are written for people."""

import pytest

from tracker.core.i18n import ngettext, shown_number, speaking
from tracker.templating import browser_words


def test_thousands_are_parted_as_the_language_parts_them():
    with speaking("vi"):
        assert [shown_number(n) for n in (0, 999, 1000, 1234567)] == [
            "0",
            "999",
            "1.000",
            "1.234.567",
        ]
        assert ngettext("%(num)s petition", "%(num)s petitions", 1203) == "1.203 kiến nghị"
    with speaking("en"):
        assert shown_number(1000) == "1,000"
        assert ngettext("%(num)s petition", "%(num)s petitions", 1203) == "1,203 petitions"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("curl/8.0", "curl/8.0"),
        ("", "–"),
    ],
)
def test_a_browser_is_named_in_two_words(agent, words):
    assert browser_words(agent) == words
