"""The blueprint of settings, and what its views share."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template

from tracker.core.errors import Stale
from tracker.core.fields import BaseForm
from tracker.settings.forms import differences

bp = Blueprint("settings", __name__)
STALE = Stale.status_code


def stale_page(
    template: str,
    refusal: Stale,
    form: BaseForm,
    kept: Mapping[str, Any],
    version: int,
    **more: Any,
) -> tuple[str, int]:
    """Show a form that came too late: what is kept now beside what was typed, nothing saved.

    Saved again from there, what was typed counts.
    """
    form["version"].data = str(version)
    form["version"].raw_data = None
    lines = differences(form, kept)
    return render_template(template, form=form, stale=refusal, differences=lines, **more), STALE
