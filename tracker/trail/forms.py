"""The filters of the journal."""

from collections.abc import Mapping

from wtforms import StringField

from tracker.core.fields import BaseForm, DayField, WordField
from tracker.core.i18n import N_
from tracker.trail.queries import TrailFilter
from tracker.trail.rules import Subject

LONGEST = 200


class TrailForm(BaseForm):
    """What the journal is narrowed to."""

    about = WordField(N_("About"), Subject, empty=N_("everything"))
    code = StringField(N_("Code"))
    person = StringField(N_("User name"))
    day_from = DayField(N_("From day"))
    day_to = DayField(N_("To day"))

    def asked(self) -> TrailFilter:
        """Give the filter; what makes no sense is left out."""
        self.validate()
        return TrailFilter(
            about=None if self.about.errors else self.about.data,
            code=(self.code.data or "").strip()[:LONGEST],
            person=(self.person.data or "").strip().lower()[:LONGEST],
            day_from=self.day_from.data,
            day_to=self.day_to.data,
        )

    def arguments(self) -> Mapping[str, str]:
        """Give what was asked as an address holds it."""
        asked = (self.about, self.code, self.person, self.day_from, self.day_to)
        said = {field.name: field.raw_data[0].strip() for field in asked if field.raw_data}
        return {name: text for name, text in said.items() if text}
