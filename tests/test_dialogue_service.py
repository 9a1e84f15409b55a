"""A dialogue's stages."""

import pytest

from tracker.accounts.permissions import Role
from tracker.core.errors import NotAllowed
from tracker.dialogues.lifecycle import LIFECYCLE, Stage
from tracker.dialogues.service import DialogueMoveRefused, move_dialogue


def test_a_dialogue_goes_from_planned_to_published(session, make):
    dialogue, staff = make.dialogue(), make.user()

    for move in ("announce", "hold", "conclude", "publish"):
        move_dialogue(session, staff, dialogue, move, document_number="05/TB-UBND")

    assert dialogue.stage is Stage.PUBLISHED


def test_cancelling_needs_a_reason(session, make):
    with pytest.raises(DialogueMoveRefused, match="lý do"):
        move_dialogue(session, make.user(), make.dialogue(), "cancel")


def test_a_leader_reads_dialogues_and_does_not_lead_them_through_their_stages(session, make):
    with pytest.raises(NotAllowed):
        move_dialogue(session, make.user(role=Role.LEADER), make.dialogue(), "hold")


def test_codes_run_within_the_year(make):
    first, second = make.dialogue(), make.dialogue()
    assert int(second.code[-4:]) == int(first.code[-4:]) + 1


def test_every_stage_and_form_has_a_word():
    assert set(Stage) == {move.target for move in LIFECYCLE} | {Stage.PLANNED}
