"""Pages of what is kept too long, and of what citizens ask about their own data."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from tracker.accounts.guard import current_scope, current_user, requires
from tracker.accounts.permissions import Permission
from tracker.attachments.queries import count_of
from tracker.attachments.views import files_root
from tracker.core import clock
from tracker.core.errors import NotFound, TrackerError
from tracker.core.fields import BaseForm
from tracker.core.i18n import gettext, ngettext
from tracker.core.web import db_session
from tracker.petitions.forms import seen
from tracker.petitions.models import Petition
from tracker.petitions.queries import identity_of, petition_for
from tracker.places.queries import place_choices
from tracker.retention import queries, service
from tracker.retention.forms import AnswerForm, ClearForm, PeriodForm, ProposeForm, RequestForm
from tracker.retention.lifecycle import VISITS, Class, Decision, Stage
from tracker.retention.models import PersonRequest
from tracker.retention.rules import Redaction, class_of, differing, marks_in

bp = Blueprint("retention", __name__)


@bp.get("/retention")
@requires(Permission.REVIEW_RETENTION)
def index() -> str:
    """Show the periods, what is over its time, and what waits for a second person."""
    session, scope = db_session(), current_scope().ids
    due, count = queries.due_rows(session, scope)
    return render_template(
        "retention/index.html",
        periods=queries.periods_of(session).values(),
        due=due,
        count=count,
        proposed=queries.proposed_rows(session, scope),
        visits=[queries.visits_due(session, scope, of) for of in VISITS],
    )


@bp.route("/retention/periods/<name>", methods=["GET", "POST"])
@requires(Permission.MANAGE_SETTINGS)
def period(name: str) -> Any:
    """Set for how long a class is kept."""
    of = next((one for one in Class if one.value == name), None)
    if of is None:
        raise NotFound("There is no such page.")
    kept = queries.periods_of(db_session())[of]
    form = PeriodForm() if request.method == "POST" else PeriodForm(None, obj=kept)
    if form.validate_on_submit():
        try:
            service.set_period(
                db_session(),
                current_user(),
                of,
                form.years.data,
                form.legal_basis.data or "",
                seen(form.version.data),
            )
        except TrackerError as refusal:
            form.refuse(_field(form, refusal, "years"), refusal)
            form.version.data = str(queries.periods_of(db_session())[of].version)
            page = render_template("retention/period.html", of=of, form=form)
            return page, refusal.status_code
        flash(gettext("The period is kept."), "success")
        return redirect(url_for("retention.index"), 303)
    return render_template("retention/period.html", of=of, form=form)


@bp.route("/retention/petitions/<code>", methods=["GET", "POST"])
@requires(Permission.REVIEW_RETENTION)
def review(code: str) -> Any:
    """Show what would be left of a petition, and propose it."""
    petition, form = _asked(code), ProposeForm()
    if request.method == "GET" or not form.validate_on_submit() or "preview" in request.form:
        return _review_page(petition, form)
    try:
        service.propose(
            db_session(), current_user(), petition, form.ground.data or "", form.marks.data or ""
        )
    except TrackerError as refusal:
        petition = _asked(code)
        form.refuse(_field(form, refusal, "ground"), refusal)
        return _review_page(petition, form), refusal.status_code
    flash(gettext("Proposed. Someone else carries it out, or leaves it as it is."), "info")
    return redirect(url_for("retention.index"), 303)


@bp.post("/retention/petitions/<code>/carry-out")
@requires(Permission.REVIEW_RETENTION)
def carry_out(code: str) -> Any:
    """Take the person's data out for good."""
    petition = _asked(code)
    service.carry_out(db_session(), current_user(), petition, files_root())
    flash(gettext("The person's data is taken out of %(code)s for good.", code=code), "success")
    return redirect(url_for("retention.index"), 303)


@bp.post("/retention/petitions/<code>/refuse")
@requires(Permission.REVIEW_RETENTION)
def refuse(code: str) -> Any:
    """Leave a petition as it is."""
    service.refuse(db_session(), current_user(), _asked(code))
    flash(gettext("The petition stays as it is."), "success")
    return redirect(url_for("retention.index"), 303)


@bp.route("/retention/visits/<name>", methods=["GET", "POST"])
@requires(Permission.REVIEW_RETENTION)
def visits(name: str) -> Any:
    """Show the visits whose time is over, and propose to rid them of what they tell of people."""
    of = next((one for one in VISITS if one.value == name), None)
    if of is None:
        raise NotFound("There is no such page.")
    session, form = db_session(), ClearForm()
    if not form.validate_on_submit():
        return _visits_page(of, form)
    try:
        service.propose_clearing(session, current_user(), of, form.ground.data or "")
    except TrackerError as refusal:
        form.refuse(_field(form, refusal, "ground"), refusal)
        return _visits_page(of, form), refusal.status_code
    flash(gettext("Proposed. Someone else carries it out, or leaves it as it is."), "info")
    return redirect(url_for("retention.index"), 303)


@bp.post("/retention/clearings/<int:clearing_id>")
@requires(Permission.REVIEW_RETENTION)
def clear(clearing_id: int) -> Any:
    """Rid visits of what they tell of people for good, or leave them as they are."""
    session, user = db_session(), current_user()
    clearing = queries.clearing_for(session, user, clearing_id)
    clears = request.form.get("act") == "clear"
    service.decide_clearing(session, user, clearing, clears=clears)
    if clears:
        told = ngettext("%(num)s visit is cleared.", "%(num)s visits are cleared.", clearing.visits)
        flash(told, "success")
    else:
        flash(gettext("The visits stay as they are."), "success")
    return redirect(url_for("retention.index"), 303)


def _visits_page(of: Class, form: ClearForm) -> str:
    due = queries.visits_due(db_session(), current_scope().ids, of)
    is_own = due.waiting is not None and due.waiting.proposed_by_id == current_user().id
    return render_template("retention/visits.html", of=of, due=due, form=form, is_own=is_own)


def _asked(code: str) -> Petition:
    return petition_for(db_session(), current_user(), code)


def _review_page(petition: Petition, form: ProposeForm) -> str:
    session = db_session()
    act = queries.latest_act(session, petition.id)
    is_waiting = act is not None and act.stage is Stage.PROPOSED
    marks = act.marks if act is not None and is_waiting else form.marks.data or ""
    redaction = Redaction(petition.person, marks_in(marks))
    texts = queries.texts_of(session, petition)
    left = queries.redacted(texts, redaction)
    # Whoever has not opened who raised it reads only what would be left.
    identity = identity_of(session, current_user(), petition)
    changed = differing(texts, left) if identity.is_known else {}
    return render_template(
        "retention/review.html",
        petition=petition,
        of=class_of(petition.kind),
        act=act,
        is_waiting=is_waiting,
        is_own=act is not None and act.proposed_by_id == current_user().id,
        form=form,
        left=left,
        changed=changed,
        identity=identity,
        files=count_of(session, petition.code),
    )


@bp.get("/requests")
@requires(Permission.KEEP_REQUESTS)
def requests() -> str:
    """Show what citizens ask about their own data."""
    rows = queries.request_rows(db_session(), current_scope().ids)
    return render_template("retention/requests.html", rows=rows)


@bp.route("/requests/new", methods=["GET", "POST"])
@requires(Permission.KEEP_REQUESTS)
def log_request() -> Any:
    """Write down what a citizen asks."""
    session, form = db_session(), RequestForm()
    form.place.offer(place_choices(session, current_scope().ids))
    if request.method == "GET":
        form.received_on.data = clock.today()
        form.place.data = current_scope().home.id
    if not form.validate_on_submit():
        return render_template("retention/request_new.html", form=form)
    new = service.NewRequest(
        place_id=form.place.data,
        asks=form.asks.data,
        person=form.person.data or "",
        proof=form.proof.data,
        received_on=form.received_on.data,
        petitions=form.petitions.data or "",
        said=form.said.data or "",
    )
    try:
        kept = service.log_request(session, current_user(), new, form.key.data or "")
    except TrackerError as refusal:
        form.refuse(_field(form, refusal, "person"), refusal)
        return render_template("retention/request_new.html", form=form), refusal.status_code
    return redirect(url_for("retention.one_request", code=kept.code), 303)


@bp.route("/requests/<code>", methods=["GET", "POST"])
@requires(Permission.KEEP_REQUESTS)
def one_request(code: str) -> Any:
    """Show a request, and take down how it was answered."""
    session = db_session()
    asked = queries.request_for(session, current_user(), code)
    form = AnswerForm() if request.method == "POST" else _empty_answer(asked)
    if not form.validate_on_submit():
        return _request_page(asked, form)
    told = service.Answer(
        decision=form.decision.data,
        decided_on=form.decided_on.data,
        answer=form.answer.data or "",
        proof=form.proof.data,
        document_number=form.document_number.data or "",
        seen_version=seen(form.version.data),
    )
    try:
        service.answer_request(session, current_user(), asked, told)
    except TrackerError as refusal:
        asked = queries.request_for(session, current_user(), code)
        form.refuse(_field(form, refusal, "decision"), refusal)
        form.version.data = str(asked.version)
        return _request_page(asked, form), refusal.status_code
    flash(gettext("The answer is kept."), "success")
    return redirect(url_for("retention.one_request", code=code), 303)


def _empty_answer(asked: PersonRequest) -> AnswerForm:
    kept = {"proof": asked.proof, "decided_on": clock.today(), "version": str(asked.version)}
    return AnswerForm(None, data=kept)


def _request_page(asked: PersonRequest, form: AnswerForm) -> str:
    is_open = asked.decision is Decision.OPEN
    late = is_open and asked.due_on is not None and asked.due_on < clock.today()
    return render_template(
        "retention/request.html", asked=asked, form=form, is_open=is_open, is_late=late
    )


def _field(form: BaseForm, refusal: TrackerError, otherwise: str) -> str:
    return refusal.field if refusal.field and refusal.field in form else otherwise
