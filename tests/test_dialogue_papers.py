"""The conclusions written with their step, and a notice recorded afterwards."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tracker.accounts.permissions import Role
from tracker.calendar.service import seed_limits
from tracker.core import clock
from tracker.core.errors import NotAllowed
from tracker.dialogues.lifecycle import Stage
from tracker.dialogues.models import Dialogue
from tracker.dialogues.queries import clocks_by_id, lacks_notice, timeline
from tracker.dialogues.rules import Duty, Standing
from tracker.dialogues.service import DialogueMoveRefused, move_dialogue, record_notice
from tracker.journal.models import JournalEntry
from tracker.seeding import seed_file

TODAY = clock.today()
DAY = timedelta(days=1)


def _notice(session, dialogue):
    clocks = clocks_by_id(session, [dialogue.id])[dialogue.id]
    return next(one for one in clocks if one.duty is Duty.NOTICE)


@pytest.mark.parametrize(("before", "stands"), [(7, Standing.DONE), (6, Standing.DONE_LATE)])
def test_a_notice_recorded_afterwards_is_judged_and_leaves_the_stage(session, make, before, stands):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    held_on = TODAY - 3 * DAY
    dialogue = make.dialogue(stage=Stage.HELD, held_on=held_on)
    assert _notice(session, dialogue).standing is Standing.UNTOLD

    day = held_on - before * DAY
    record_notice(session, None, dialogue, happened_on=day, document_number="12/TB-UBND")

    kept = _notice(session, dialogue)
    assert (kept.standing, kept.done_on, kept.proof) == (stands, day, "12/TB-UBND")
    assert dialogue.stage is Stage.HELD
    assert [step.is_afterwards for step in timeline(session, dialogue)] == [False, True]


def test_a_notice_is_recorded_once_and_never_after_the_dialogue(session, make):
    held_on = TODAY - 3 * DAY
    dialogue = make.dialogue(stage=Stage.PUBLISHED, held_on=held_on)
    given = {"happened_on": held_on - 8 * DAY, "document_number": "12/TB-UBND"}
    for wrong in (
        {"happened_on": held_on + DAY},
        {"happened_on": TODAY + DAY},
        {"happened_on": None},
        {"document_number": " "},
    ):
        with pytest.raises(DialogueMoveRefused):
            record_notice(session, None, dialogue, **given | wrong)
    with pytest.raises(NotAllowed):
        record_notice(session, make.user(role=Role.LEADER), dialogue, **given)
    assert lacks_notice(session, dialogue)

    record_notice(session, None, dialogue, **given)
    coming, told = make.dialogue(), make.dialogue()
    for name in ("announce", "hold"):
        move_dialogue(session, None, told, name, document_number="1/TB")
    for refused in (dialogue, coming, told):
        with pytest.raises(DialogueMoveRefused):
            record_notice(session, None, refused, **given)


def test_the_page_asks_for_a_notice_that_is_missing_and_keeps_what_was_typed(visit, make):
    dialogue, staff = make.dialogue(stage=Stage.HELD, held_on=TODAY - 3 * DAY), visit()
    address = f"/dialogues/{dialogue.code}"
    sent = {"move": "record_notice", "version": "1", "document_number": "12/TB-UBND"}

    assert 'id="notice"' in staff.get(address).text
    wrong = staff.post(f"{address}/moves", **sent)
    assert "Nhập ngày thông báo." in wrong.text
    assert "12/TB-UBND" in wrong.text
    sent["happened_on"] = f"{TODAY - 12 * DAY:%d/%m/%Y}"
    assert staff.post(f"{address}/moves", **sent).status_code == 303
    assert staff.post(f"{address}/moves", **sent).status_code == 409
    page = staff.get(address).text
    assert "Thông báo, ghi bổ sung" in page
    assert 'id="notice"' not in page


def test_concluding_offers_the_kept_conclusions_and_keeps_those_typed(visit, make, session):
    dialogue = make.dialogue(stage=Stage.HELD, conclusion="Giao Phòng Kinh tế")
    code, staff, address = dialogue.code, visit(), f"/dialogues/{dialogue.code}"
    form = staff.get(address).text.split('value="conclude"')[1]
    assert "Giao Phòng Kinh tế</textarea>" in form

    sent = {"move": "conclude", "version": "1", "conclusion": "Dòng 1\r\nDòng 2"}
    refused = staff.post(f"{address}/moves", **sent)
    assert "Dòng 2</textarea>" in refused.text
    sent["document_number"] = "15/TB-UBND"
    assert staff.post(f"{address}/moves", **sent).status_code == 303

    session.expire_all()
    kept = session.scalars(select(Dialogue).where(Dialogue.code == code)).one()
    assert (kept.stage, kept.conclusion) == (Stage.CONCLUDED, "Dòng 1\nDòng 2")
    assert "dong 2" in kept.search_text
    noted = session.scalars(select(JournalEntry).where(JournalEntry.subject == code)).all()
    edited = [one.detail for one in noted if one.action == "dialogue:edit"]
    assert any("conclusion" in detail for detail in edited)


def test_concluding_without_a_text_leaves_what_is_kept(session, make):
    dialogue = make.dialogue(stage=Stage.HELD, conclusion="Giao Phòng Kinh tế")
    move_dialogue(session, None, dialogue, "conclude", document_number="15/TB-UBND")
    assert dialogue.conclusion == "Giao Phòng Kinh tế"
