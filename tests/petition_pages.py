"""What tests of petitions' pages share: sending a step, and reading what is kept."""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.core import clock
from tracker.petitions.models import Petition, PetitionStep

TODAY = clock.today()
SHOWN_TODAY = clock.shown_date(TODAY)


def petitions_kept(session):
    """Read what is kept on a session of its own, which holds no lock afterwards."""
    with Session(session.get_bind(), expire_on_commit=False) as reading:
        return list(reading.scalars(select(Petition).order_by(Petition.id)))


def kept(session, petition):
    """Read one petition anew."""
    return next(row for row in petitions_kept(session) if row.id == petition.id)


def count_of_steps(session):
    """Count the steps that are kept."""
    with Session(session.get_bind()) as reading:
        return reading.scalar(select(func.count(PetitionStep.id)))


def value_in(page, name):
    """Read what a field of a page holds."""
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


def without_tokens(page):
    """Leave out of a page what differs at every answer."""
    page = re.sub(r"(DT|KN)-\d{4}-\d+", "", page)
    return re.sub(r'(value|nonce)="[^"]*"', "", page)


def moved(visitor, petition, move, **fields):
    """Send a step, as the page stands now unless told otherwise."""
    fields.setdefault("version", version_of(visitor, petition))
    return visitor.post(f"/petitions/{petition.code}/moves", move=move, **fields)


def version_of(visitor, petition):
    """Read which version the page shows."""
    found = re.search(
        r'name="version"[^>]*value="(\d+)"', visitor.get(f"/petitions/{petition.code}").text
    )
    return found[1] if found else ""
