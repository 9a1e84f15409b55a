"""What the pages that change the clocks share: a preview first, then the change."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from tracker.accounts.guard import current_scope, current_user
from tracker.core.errors import NotAllowed, Stale
from tracker.core.i18n import gettext, ngettext
from tracker.core.web import db_session
from tracker.dialogues.queries import MovedLimit
from tracker.petitions.forms import ApplyForm
from tracker.petitions.service import apply_change, preview_change
from tracker.petitions.service.recounting import Asked, MovedDate
from tracker.settings.queries import keeps_lists

MOST_SHOWN = 300


def check_keeps() -> None:
    """Refuse whoever does not keep what the whole installation shares."""
    if not keeps_lists(db_session(), current_user()):
        raise NotAllowed("These lists are kept by an administrator of a place above yours.")


def preview_page(
    asked: Asked,
    title: str,
    facts: Sequence[tuple[str, str]],
    fields: Sequence[tuple[str, str]],
    address: str,
    back: str,
    late: Stale | None = None,
) -> str:
    """Show which dates a change would move, old and new, before anything is written."""
    preview = preview_change(db_session(), current_user(), asked)
    scope = current_scope().ids
    here = [one for one in preview.moved if one.place_id in scope]
    form = ApplyForm(None, seal=preview.seal)
    return render_template(
        "settings/preview.html",
        title=title,
        facts=facts,
        fields=fields,
        address=address,
        back=back,
        late=late,
        form=form,
        moved=[(_page_of(one), one) for one in here[:MOST_SHOWN]],
        count=len(preview.moved),
        elsewhere=len(preview.moved) - len(here),
        unlisted=max(0, len(here) - MOST_SHOWN),
    )


def _page_of(one: MovedDate | MovedLimit) -> str:
    of_dialogue = isinstance(one, MovedLimit)
    return url_for("dialogues.one" if of_dialogue else "petitions.one", code=one.code)


def applied(asked: Asked, back: str) -> Response:
    """Apply a change that was previewed; the caller shows a stale one anew."""
    form = ApplyForm()
    key, seal = form.key.data or "", form.seal.data or ""
    count = apply_change(db_session(), current_user(), asked, key, seal)
    moved = ngettext("%(num)s date moved.", "%(num)s dates moved.", count)
    kept = gettext("The change is kept.")
    flash(f"{kept} {moved}", "success")
    return redirect(back, 303)


def typed_fields(form: Any) -> list[tuple[str, str]]:
    """Give what was typed, as hidden fields that say the same again."""
    found = []
    for field in form:
        if field.name in ("csrf_token", "key", "seal"):
            continue
        if field.type == "BooleanField":
            found += [(field.name, "y")] if field.data else []
        else:
            found.append((field.name, field.raw_data[0] if field.raw_data else ""))
    return found
