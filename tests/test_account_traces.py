"""What becomes of accounts leaves its trace; who only asks about a file leaves none."""

import pytest
from argon2 import PasswordHasher
from conftest import PASSWORD
from sqlalchemy import select

from tracker.accounts.models import User
from tracker.accounts.permissions import Role
from tracker.accounts.service import change_own_password, give_new_password, is_password_of
from tracker.journal.models import JournalEntry

NEW = "mot con duong moi 9"


def traces(session, action):
    session.expire_all()
    asked = select(JournalEntry).where(JournalEntry.action == action)
    found = session.scalars(asked.order_by(JournalEntry.id)).all()
    session.rollback()
    return found


def test_ones_own_new_password_is_journaled_without_it(session, make):
    person = make.user()

    change_own_password(session, person, PASSWORD, NEW)

    (entry,) = traces(session, "person:own-password")
    assert (entry.actor_id, entry.subject) == (person.id, person.username)
    assert NEW not in entry.detail


def test_an_older_hash_becomes_one_of_today_at_the_next_sign_in(visit, make, session):
    person = make.user()
    weaker = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    person.password_hash = weaker
    session.commit()

    person_id, username = person.id, person.username
    visitor = visit(None)
    visitor.post("/sign-in", username=username, password="sai hoan toan 1")
    assert session.scalar(select(User.password_hash)) == weaker
    session.rollback()
    assert visitor.post("/sign-in", username=username, password=PASSWORD).status_code == 303

    session.expire_all()
    kept = session.get(User, person_id)
    assert kept.password_hash != weaker
    assert "m=19456,t=2" in kept.password_hash
    assert is_password_of(kept, PASSWORD)


@pytest.mark.parametrize(
    "path", ["/petitions.csv", "/dialogues.csv", "/commitments.csv", "/visits.csv"]
)
def test_who_asks_for_the_headers_alone_takes_nothing_out(visit, session, path):
    leader = visit(role=Role.LEADER)

    assert leader.client.head(path).status_code == 200
    assert traces(session, "export") == []
    assert leader.get(path).status_code == 200
    assert len(traces(session, "export")) == 1


def test_people_made_on_the_command_line_are_journaled(session, make):
    person = make.user()

    give_new_password(session, None, person)

    for action in ("person:made", "person:password"):
        (entry,) = traces(session, action)
        assert (entry.actor_id, entry.subject) == (None, person.username)
