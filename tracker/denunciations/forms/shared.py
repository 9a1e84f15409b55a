"""What the forms of denunciations share: the version that was seen."""

from wtforms import Field
from wtforms.widgets import HiddenInput


class VersionField(Field):
    """The version that stood on the person's screen; nonsense is one that never was."""

    widget = HiddenInput()

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read digits; nothing sent is a version that never was."""
        text = valuelist[0] if valuelist else ""
        is_number = text.isascii() and text.isdecimal() and len(text) < 10
        self.data = int(text) if is_number else -1
