"""The page on which a petition is taken into the room; an address of the room like all others."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_user
from tracker.core.errors import NotFound, TrackerError
from tracker.core.i18n import gettext
from tracker.core.web import db_session, sealer
from tracker.denunciations.forms import TakeOverForm
from tracker.denunciations.guard import by_name
from tracker.denunciations.queries.people import leaders_for
from tracker.denunciations.views.blueprint import bp, refuse
from tracker.petitions.models import Petition
from tracker.secluding.queries import petition_to_seclude, without_its_person
from tracker.secluding.rules import way_of
from tracker.secluding.service import Secluding, seclude_petition, taken_over_before

__all__ = ["bp"]


@bp.route("/denunciations/from/<code>", methods=["GET", "POST"])
@by_name
def take_over(code: str) -> Any:
    """Take a petition into the room; the same form sent twice does it once."""
    session, user = db_session(), current_user()
    if made := taken_over_before(session, user, request.form.get("key", "")):
        return redirect(url_for("denunciations.one", code=made.code), 303)
    petition = petition_to_seclude(session, user, code)
    form = TakeOverForm(data=None if request.method == "POST" else _begun(petition))
    form.leader.offer(leaders_for(session, frozenset({petition.place_id})))
    if not form.validate_on_submit():
        return _page(form, petition)
    asked = Secluding(**form.facts(), leader_id=form.leader.data, seen_version=form.version.data)
    try:
        made = seclude_petition(session, sealer(), user, code, asked, form.key.data or "")
    except NotFound:
        raise
    except TrackerError as refusal:
        refuse(form, refusal, "content")
        return _page(form, petition_to_seclude(session, user, code)), refusal.status_code
    flash(gettext("The petition is a denunciation now; who denounced is sealed."), "success")
    return redirect(url_for("denunciations.one", code=made.code), 303)


def _begun(petition: Petition) -> dict[str, Any]:
    return {
        "way": way_of(petition.channel),
        "content": without_its_person(petition, petition.content),
        "version": petition.version,
    }


def _page(form: TakeOverForm, petition: Petition) -> str:
    return render_template("denunciations/take_over.html", form=form, petition=petition)
