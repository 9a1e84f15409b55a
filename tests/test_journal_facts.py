"""The journal tells what each correction changed, and who asked for what is not theirs."""

import json
from dataclasses import fields

from sqlalchemy import select

from tracker.accounts.permissions import Role
from tracker.core.i18n import speak
from tracker.dialogues.models import Dialogue
from tracker.dialogues.service import DialogueChange, edit_dialogue
from tracker.journal.models import JournalEntry
from tracker.journal.service import MOST_REFUSALS
from tracker.petitions.lifecycle import Petitioner
from tracker.petitions.service import Amendment, amend_petition
from tracker.trail.rules import Fact, facts_in, told_in


def _entries(session, action):
    asked = select(JournalEntry).where(JournalEntry.action == action).order_by(JournalEntry.id)
    return session.scalars(asked).all()


def _amended(session, make, petition, **changed):
    kept = {name.name: getattr(petition, name.name, None) for name in fields(Amendment)}
    asked = Amendment(**kept | {"seen_version": petition.version, "reason": "Ghi nhầm"} | changed)
    amend_petition(session, None, petition, asked)
    return _entries(session, "petition:amend")[-1].detail


def test_a_corrections_facts_are_told_before_and_after_and_a_citizens_words_by_a_mark(
    session, make
):
    petition = make.petition(petitioner=Petitioner.GROUP, people=2, citizen_name="Nguyễn Văn An")
    category = make.category(name_vi="Môi trường")
    told = json.loads(
        _amended(
            session,
            make,
            petition,
            citizen_name="Nguyễn Văn Ân",
            content="Nội dung khác của người dân",
            category_id=category.id,
            people=3,
        )
    )

    assert told["after"]["people"] == 3
    assert told["after"]["category"] == category.code
    for name in ("citizen_name", "content"):
        assert told["before"][name].startswith("#")
        assert told["after"][name] not in ("", told["before"][name])
    everything = json.dumps(told, ensure_ascii=False)
    assert "Nguyễn" not in everything
    assert "Nội dung" not in everything

    back = json.loads(_amended(session, make, petition, citizen_name="Nguyễn Văn An"))
    assert back["after"]["citizen_name"] == told["before"]["citizen_name"]


def test_a_dialogues_correction_is_told_by_its_facts(session, make):
    dialogue = make.dialogue(topic="Chủ đề cũ", minutes="Biên bản ngắn")
    kept = {
        one.name: getattr(dialogue, one.name)
        for one in fields(DialogueChange)
        if hasattr(Dialogue, one.name)
    }
    change = DialogueChange(**kept | {"topic": "Chủ đề mới", "minutes": "Biên bản dài"})
    edit_dialogue(session, None, dialogue, change)
    told = json.loads(_entries(session, "dialogue:edit")[0].detail)

    assert told["before"]["topic"] == "Chủ đề cũ"
    assert told["after"]["topic"] == "Chủ đề mới"
    assert told["after"]["minutes"].startswith("#")


def test_facts_are_read_in_words_of_the_readers_language():
    detail = json.dumps(
        {
            "before": {"kind": "feedback", "due_on": "2026-03-05", "is_disabled": "False"},
            "after": {"kind": "recommendation", "due_on": None, "is_disabled": "True", "odd": 1},
        }
    )
    speak("en")
    assert facts_in(detail) == [
        Fact("Kind", "Feedback", "Recommendation"),
        Fact("Due date", "05/03/2026", ""),
        Fact("Disabled", "no", "yes"),
        Fact("odd", "", "1"),
    ]
    speak("vi")
    assert told_in(detail).startswith("Loại: Phản ánh → Kiến nghị; ")
    assert told_in("12 rows") == "12 dòng"


def test_who_asks_for_what_is_not_theirs_is_journaled_and_never_floods_it(session, make, visit):
    other = make.petition(place=make.place(name="Xã Khác"))
    person = visit(role=Role.STAFF)
    for _ in range(MOST_REFUSALS):
        assert person.get(f"/petitions/{other.code}").status_code == 404
    assert person.get("/settings/people").status_code == 403
    refused = _entries(session, "refused:record")

    assert {entry.subject for entry in refused} == {other.code}
    assert {entry.actor_id for entry in refused} == {person.user.id}
    assert {entry.place_id for entry in refused} == {make.home.id}
    assert len(refused) == MOST_REFUSALS
    assert _entries(session, "refused:role") == []

    another = visit(role=Role.STAFF)
    assert another.get("/settings/people").status_code == 403
    assert [entry.subject for entry in _entries(session, "refused:role")] == ["settings.people"]
    assert visit(None).get(f"/petitions/{other.code}").status_code == 303
    assert len(_entries(session, "refused:record")) == MOST_REFUSALS
