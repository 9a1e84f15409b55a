"""Form fields that know Vietnamese text, dates typed dd/mm/yyyy, and words of data."""

import secrets
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any, ClassVar

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import (
    Field,
    FileField,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import Select, TextInput, html_params

from tracker.core import dates
from tracker.core.clock import shown_date
from tracker.core.dates import Precision
from tracker.core.i18n import N_, Labelled, Message, gettext, say
from tracker.core.text import has_forbidden, tidy, tidy_line

NOT_OFFERED = N_("Choose one of the list.")


class BaseForm(FlaskForm):
    """Every form: no built-in English messages, and its key that makes a record only once."""

    class Meta(FlaskForm.Meta):
        """Messages come from our own catalogues."""

        locales = False

        def render_field(self, field: Field, render_kw: Mapping[str, Any]) -> Any:
            """Write long lists of choices quickly; all else as it is written anywhere."""
            if isinstance(field, SelectField) and isinstance(field.widget, Select):
                return _select(field, {**(field.render_kw or {}), **render_kw})
            return super().render_field(field, render_kw)

        def wrap_formdata(self, form: "BaseForm", formdata: Any) -> Any:
            """Take files for fields of files alone: one sent under a text's name is no text."""
            given = super().wrap_formdata(form, formdata)
            if given is None or not request.files:
                return given
            takes = {field.name for field in form if isinstance(field, FileField)}
            pairs = given.items(multi=True)
            return MultiDict(
                (name, sent)
                for name, sent in pairs
                if name in takes or not isinstance(sent, FileStorage)
            )

    def refuse(self, field: str, message: Message | str | Exception) -> None:
        """Show a refusal that came from below beside the field it is about."""
        self[field].errors = [*self[field].errors, say(message)]


class CreatingForm(BaseForm):
    """A form that makes a record; its key, kept with the record, makes a second click harmless."""

    key = HiddenField(default=lambda: secrets.token_urlsafe(24))


class Required:
    """Ask for the field in words of its own; blanks alone are nothing."""

    field_flags: ClassVar[dict[str, Any]] = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: FlaskForm, field: Field) -> None:
        if field.errors:
            raise StopValidation()
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            raise StopValidation(gettext(self.message))


def required(message: str) -> Required:
    """Ask for the field, in words of its own."""
    return Required(message)


class Readable:
    """Refuse characters that no register keeps, and texts over their limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.field_flags = {"maxlength": limit} if limit <= 500 else {}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        text = field.data or ""
        if has_forbidden(text):
            sentence = N_(
                "The text holds control characters that nobody can read;"
                " delete them and type again."
            )
            raise StopValidation(gettext(sentence))
        if len(text) > self.limit:
            raise StopValidation(
                gettext(
                    "The text has %(length)s characters; at most %(limit)s are kept.",
                    length=len(text),
                    limit=self.limit,
                )
            )


class TextField(StringField):
    """One line of text, tidied to NFC."""

    def __init__(
        self, label: str, validators: Iterable[Any] = (), *, limit: int = 200, **given: Any
    ) -> None:
        super().__init__(label, [*validators, Readable(limit)], filters=[tidy_line], **given)


class LongTextField(TextAreaField):
    """Text of several lines; line breaks are kept."""

    def __init__(
        self, label: str, validators: Iterable[Any] = (), *, limit: int = 20_000, **given: Any
    ) -> None:
        super().__init__(label, [*validators, Readable(limit)], filters=[tidy], **given)


class DayField(Field):
    """A day typed dd/mm/yyyy; `data` is a date or None."""

    widget = TextInput()
    placeholder = N_("dd/mm/yyyy")

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else shown_date(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; an impossible day is told, and stays in the field."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = dates.parse_day(text) if text else None
        if text and self.data is None:
            raise ValueError(gettext("There is no such day; type it as dd/mm/yyyy."))


class KnownDateField(Field):
    """A date typed as exactly as it is known; `data` is (day or None, precision)."""

    widget = TextInput()
    placeholder = N_("dd/mm/yyyy, mm/yyyy or yyyy")

    def _value(self) -> str:
        if self.raw_data:
            text: str = self.raw_data[0]
            return text
        return dates.typed(*self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; what is no date at all is told, and stays in the field."""
        known = dates.parse_known(valuelist[0] if valuelist else "")
        self.data = known or (None, Precision.UNKNOWN)
        if known is None:
            raise ValueError(
                gettext("There is no such date; type dd/mm/yyyy, mm/yyyy or a year alone.")
            )


class NumberField(Field):
    """A whole number of people or days; `data` is an int or None."""

    widget = TextInput()

    def __init__(self, label: str, validators: Iterable[Any] = (), **given: Any) -> None:
        self.least, self.most = given.pop("least", 0), given.pop("most", 1_000_000)
        super().__init__(label, [*validators], **given)

    def _value(self) -> str:
        if self.raw_data:
            text: str = self.raw_data[0]
            return text
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read digits, with or without the dots of thousands."""
        text = (valuelist[0] if valuelist else "").strip().replace(".", "")
        self.data = None
        if not text:
            return
        if not (text.isascii() and text.isdigit()) or not self._fits(int(text[:10])):
            raise ValueError(
                gettext(
                    "Enter a whole number from %(least)s to %(most)s.",
                    least=self.least,
                    most=self.most,
                )
            )
        self.data = int(text)

    def _fits(self, number: int) -> bool:
        fits: bool = self.least <= number <= self.most
        return fits


class WordField(SelectField):
    """One member of a labelled enum, chosen by its word."""

    def __init__(
        self,
        label: str,
        kind: type[Labelled],
        validators: Iterable[Any] = (),
        *,
        empty: str = "",
        members: Iterable[Labelled] = (),
        **given: Any,
    ) -> None:
        self.kind, self.members, self.empty = kind, tuple(members) or tuple(kind), empty
        offered = lambda: [  # noqa: E731 - asked anew for each form, in the reader's language
            *([SelectChoice("", gettext(empty))] if empty else []),
            *(SelectChoice(member.value, say(member)) for member in self.members),
        ]
        super().__init__(  # type: ignore[call-arg]
            label,
            list(validators),
            coerce=self._member,
            choices=offered,
            validate_choice=False,
            invalid_value_message=NOT_OFFERED,
            **given,
        )

        if not empty:
            self.flags.required = True  # there is no leaving it out

    def _member(self, value: Any) -> Any:
        return self.kind(value) if value else None

    def pre_validate(self, form: FlaskForm) -> None:
        """Refuse what is not offered, nothing included where there is no leaving it out."""
        if self.data is None:
            is_refused = not (self.empty or any(one is OPTIONAL for one in self.validators))
        else:
            is_refused = self.data not in self.members
        if is_refused:
            raise ValidationError(gettext(NOT_OFFERED))


class RowField(SelectField):
    """One row of a table, chosen by its name; `offer` fills it with id → name."""

    def __init__(self, label: str, validators: Iterable[Any] = (), **given: Any) -> None:
        self.empty = given.pop("empty", "")
        super().__init__(  # type: ignore[call-arg]
            label,
            list(validators),
            coerce=_row_id,
            choices=[],
            validate_choice=False,
            invalid_value_message=NOT_OFFERED,
            **given,
        )

    def offer(self, rows: Mapping[int, str]) -> None:
        """Offer these rows, after the empty choice if there is one."""
        empty = [SelectChoice("", gettext(self.empty))] if self.empty else []
        self.rows = rows
        self.choices = [*empty, *(SelectChoice(str(key), name) for key, name in rows.items())]

    def pre_validate(self, form: FlaskForm) -> None:
        """Refuse what is not offered."""
        if self.data is not None and self.data not in self.rows:
            raise ValidationError(gettext(NOT_OFFERED))


def _row_id(value: Any) -> int | None:
    return int(value) if value not in (None, "") else None


def _select(field: SelectField, attributes: dict[str, Any]) -> Markup:
    """Write a list of choices with the chosen one marked; the rest is written once for many."""
    choices: list[Any] = list(field.choices or [])
    html = _options(tuple((str(c.value), c.label, c.optgroup) for c in choices))
    chosen = next((str(c.value) for c in choices if field.coerce(c.value) == field.data), None)
    if chosen is not None:
        option = f'<option value="{escape(chosen)}">'
        html = html.replace(option, option.replace("<option", "<option selected"), 1)
    if field.flags.required:
        attributes.setdefault("required", True)
    parameters = html_params(name=field.name, id=attributes.pop("id", field.id), **attributes)
    return Markup(f"<select {parameters}>{html}</select>")


@lru_cache(maxsize=200)
def _options(choices: tuple[tuple[str, str, str | None], ...]) -> str:
    html = ""
    for group, members in groupby(choices, key=lambda choice: choice[2]):
        options = "".join(
            f'<option value="{escape(v)}">{escape(w)}</option>' for v, w, _ in members
        )
        label = f'<optgroup label="{escape(group)}">{options}</optgroup>' if group else options
        html += label
    return html


OPTIONAL = Optional()
"""Marks a field that may stay empty."""
