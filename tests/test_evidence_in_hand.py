"""Evidence of what is in hand: nothing that was just written is read again to be digested."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.core.db import batch, transaction
from tracker.evidence.queries import unfit_records
from tracker.petitions.queries import steps_of
from tracker.petitions.service import MoveRequest, correct_step, move_petition


@pytest.fixture
def asked(session) -> Iterator[list[str]]:
    """Note every statement that reaches the database."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield statements
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_a_petition_is_logged_and_moved_without_being_read_again(session, make, asked):
    department, staff, category = make.department(), make.user(), make.category()
    make.petition(category=category)
    asked.clear()
    petition = make.petition(category=category)

    assert not [one for one in asked if "FROM petition" in one]
    assert len(asked) <= 20

    asked.clear()
    request = MoveRequest("assign", note="Giao việc", department_id=department.id)
    move_petition(session, staff, petition, request)

    assert sum("FROM petition_steps" in one for one in asked) == 1
    assert sum(one.startswith("UPDATE petitions") for one in asked) == 1
    assert list(unfit_records(session)) == []


def test_what_is_in_hand_leaves_the_evidence_that_reading_it_again_leaves(session, make):
    day = clock.today() - timedelta(days=9)
    answered = make.petition(answer_on_spot="Đã giải thích tại chỗ", received_on=day)
    leader, moved = make.user(role=Role.LEADER), make.petition(people=3, cooperating="Xã đoàn")
    move_petition(session, leader, moved, MoveRequest("withdraw", note="Người dân rút"))
    correct_step(session, leader, moved, "Nhập nhầm")

    assert [step.move for step in steps_of(session, answered.id)] == ["receive", "explain"]
    assert list(unfit_records(session)) == []


def test_what_is_written_after_a_record_was_in_hand_is_in_its_evidence(session, make):
    petition, staff = make.petition(), make.user()
    with batch(session):
        move_petition(session, staff, petition, MoveRequest("withdraw", note="Người dân rút"))
        with transaction(session):
            steps_of(session, petition.id)[-1].note = "Sửa trong cùng một lần"

    assert steps_of(session, petition.id)[-1].note == "Sửa trong cùng một lần"
    assert list(unfit_records(session)) == []
