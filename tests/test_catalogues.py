"""Catalogues are read as translators' programs write them."""

import io

from babel.messages import mofile, pofile
from babel.support import Translations

from tracker.core.catalogues import Catalogue, entries
from tracker.core.i18n import catalogue
from tracker.core.resources import translations_folder

RUSSIAN = """
msgid ""
msgstr ""
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\\n"

# said by a clerk
#: tracker/somewhere.py:12
msgid "%(num)s row"
msgid_plural "%(num)s rows"
msgstr[0] "one"
msgstr[1] "few"
msgstr[2] "many"

#, fuzzy, python-format
msgid "unsure"
msgstr "guessed"

msgid "not yet"
msgstr ""

msgid ""
"two "
"lines"
msgstr ""
"said \\"so\\"\\n"
"here"

#~ msgid "gone"
#~ msgstr "old"
"""


def test_every_word_is_read_as_babel_reads_it() -> None:
    usual = Translations()
    for path in sorted((translations_folder() / "vi").glob("*.po")):
        compiled = io.BytesIO()
        with path.open("rb") as file:
            mofile.write_mo(compiled, pofile.read_po(file, locale="vi"))
        compiled.seek(0)
        usual.merge(Translations(compiled))
    ours = catalogue("vi")
    asked = [key for key in usual._catalog if isinstance(key, str) and key]  # type: ignore[attr-defined]
    assert len(asked) > 1000
    assert {key: ours.gettext(key) for key in asked} == {key: usual.gettext(key) for key in asked}


def test_a_number_takes_its_form_and_what_is_unsure_is_not_said(tmp_path) -> None:
    path = tmp_path / "ru.po"
    path.write_text(RUSSIAN, encoding="utf-8")
    read = Catalogue([path])
    forms = [read.ngettext("%(num)s row", "%(num)s rows", n) for n in (1, 3, 11, 21)]
    assert forms == ["one", "few", "many", "one"]
    assert read.gettext("unsure") == "unsure"
    assert read.gettext("not yet") == "not yet"
    assert read.gettext("two lines") == 'said "so"\nhere'
    assert read.gettext("gone") == "gone"
    assert entries(RUSSIAN).keys() == {"", "%(num)s row", "two lines"}


def test_a_language_without_catalogue_speaks_in_message_ids() -> None:
    none = Catalogue()
    assert none.gettext("Save") == "Save"
    assert [none.ngettext("row", "rows", n) for n in (0, 1, 2)] == ["rows", "row", "rows"]
