"""Reminders: each person once a day, by day, with nothing of any citizen in them."""

import socketserver
import ssl
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.accounts.permissions import Role
from tracker.calendar.models import CalendarException
from tracker.calendar.rules import Calendar, SpecialDay
from tracker.calendar.service import seed_limits
from tracker.commitments.service import NewCommitment, make_commitment
from tracker.commitments.service import Person as Named
from tracker.core import clock
from tracker.core.clock import VIETNAM
from tracker.core.dates import Precision
from tracker.core.errors import TrackerError
from tracker.core.i18n import say
from tracker.core.settings import from_environment
from tracker.dialogues.lifecycle import Stage
from tracker.journal.models import JournalEntry
from tracker.petitions.lifecycle import Petitioner
from tracker.reminders.models import ReminderSent
from tracker.reminders.rules import silence_at
from tracker.reminders.service import MailRefused, Post, digests_on, post_from, remind
from tracker.seeding import seed_file

ONE_DAY = timedelta(days=1)


def _working(day):
    while day.weekday() > 4:
        day += ONE_DAY
    return day


DAY = _working(clock.today())


def at(hour=8, minute=0, day=DAY):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=VIETNAM)


class Sink(socketserver.ThreadingTCPServer):
    """A mail server of this machine: keeps what it takes, and takes nothing for some."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Talk)
        self.kept, self.refused, self.gives_up_after = [], set(), None
        self.closed_by, self.words = None, []  # a TLS context; the words said on a closed line
        self.asked, self.answers = threading.Event(), threading.Event()
        self.answers.set()

    @property
    def post(self):
        return Post("127.0.0.1", self.server_address[1], False, "so@xa.vn", "https://so.xa.vn")


class Talk(socketserver.StreamRequestHandler):
    """One conversation in the protocol's own words."""

    is_closed = False

    def handle(self):
        self.say("220 sink")
        while line := self.rfile.readline():
            word = line.decode().strip().upper()
            if self.is_closed:
                self.server.words.append(word.partition(" ")[0])
            if word == "QUIT":
                self.say("221 bye")
                break
            if not self.answer(word) or len(self.server.kept) == self.server.gives_up_after:
                break

    def finish(self):
        super().finish()
        if self.is_closed:
            self.connection.close()

    def answer(self, word):
        """Answer one line; tell whether the talk goes on."""
        if word.startswith("EHLO") and self.server.closed_by:
            self.say("250-sink")
            self.say("250 AUTH PLAIN" if self.is_closed else "250 STARTTLS")
        elif word == "STARTTLS":
            return self.close_line()
        elif word.startswith("AUTH"):
            self.say("235 known" if self.server.closed_by else "500 what")
        elif word.startswith("RCPT") and word[9:-1].lower() in self.server.refused:
            self.say("550 nobody here")
        elif word == "DATA":
            self.take()
        else:
            self.say("250 ok")
        return True

    def close_line(self):
        self.say("220 go on")
        try:
            line = self.server.closed_by.wrap_socket(self.connection, server_side=True)
        except OSError:  # the other side does not trust the certificate
            return False
        self.rfile, self.wfile = line.makefile("rb"), line.makefile("wb", 0)
        self.connection, self.is_closed = line, True
        return True

    def take(self):
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.kept.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.server.asked.set()
        self.server.answers.wait(20)
        self.say("250 kept")

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def sink():
    server = Sink()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def late_petition(session, make, days=1, **given):
    """Log a petition that is due so many days before the day of the test."""
    petition = make.petition(**given)
    petition.due_on = DAY - days * ONE_DAY
    session.commit()
    return petition


def promise(session, make, days, **people):
    given = {role: Named(person.full_name, person.id) for role, person in people.items()}
    new = NewCommitment(
        place_id=make.home.id,
        promise="Sửa rãnh thoát nước nhà bà Hoa",
        promised_on=DAY - 60 * ONE_DAY,
        promised_precision=Precision.DAY,
        due_on=DAY - days * ONE_DAY,
        **{"promised_by": Named("Chủ tịch UBND xã")} | given,
    )
    return make_commitment(session, None, new)


def person(make, name="lan", **given):
    return make.user(username=name, email=f"{name}@xa.vn", **given)


def text_of(mail):
    return mail.get_content()


def codes_for(session, day=DAY):
    """Give for each person the codes that the day's digest names."""
    return {d.person.username: [m.code for m in d.matters] for d in digests_on(session, day)}


@pytest.mark.parametrize(
    ("moment", "is_silent"),
    [
        (datetime(2026, 11, 25, 7, 0, tzinfo=VIETNAM), False),
        (datetime(2026, 11, 25, 6, 59, tzinfo=VIETNAM), True),
        (datetime(2026, 11, 25, 19, 59, tzinfo=VIETNAM), False),
        (datetime(2026, 11, 25, 20, 0, tzinfo=VIETNAM), True),
        (datetime(2026, 11, 25, 0, 0, tzinfo=VIETNAM), True),
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), True),  # 06:59 of the 25th in Vietnam
        (datetime(2026, 11, 25, 0, 0, tzinfo=UTC), False),  # 07:00
        (datetime(2026, 11, 25, 13, 0, tzinfo=UTC), True),  # 20:00
        (datetime(2026, 11, 28, 9, 0, tzinfo=VIETNAM), True),  # Saturday
        (datetime(2026, 11, 27, 23, 0, tzinfo=UTC), True),  # Friday in UTC, Saturday here
        (datetime(2026, 9, 2, 9, 0, tzinfo=VIETNAM), True),  # National Day
        (datetime(2026, 1, 10, 9, 0, tzinfo=VIETNAM), False),  # a Saturday that is worked
        (datetime(2026, 12, 31, 18, 0, tzinfo=UTC), True),  # the night into New Year
    ],
)
def test_nobody_is_written_to_at_night_or_on_a_day_off(moment, is_silent):
    special = {
        date(2026, 9, 2): SpecialDay(False, "Quốc khánh"),
        date(2026, 1, 10): SpecialDay(True, "Làm bù"),
        date(2027, 1, 1): SpecialDay(False, "Tết Dương lịch"),
    }
    assert (silence_at(moment, Calendar(special)) is not None) is is_silent


def test_a_digest_has_counts_codes_and_links_and_nothing_of_any_citizen(session, make, sink):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    lan = person(make, full_name="Nguyễn Thị Lan")
    petition = late_petition(
        session,
        make,
        petitioner=Petitioner.PERSON,
        citizen_name="Hoàng Văn Thụy",
        citizen_phone="0912345678",
        content="Nhà bà Tư bị ngập",
    )
    commitment = promise(session, make, 2)

    done = remind(session, sink.post, at())

    assert (done.sent, done.failed) == (["lan"], [])
    (mail,) = sink.kept
    assert mail["To"].addresses[0].addr_spec == "lan@xa.vn"
    assert mail["To"].addresses[0].display_name == "Nguyễn Thị Lan"
    assert mail["Subject"] == f"Nhắc việc ngày {DAY:%d/%m/%Y}: 3 việc quá hạn"
    assert mail.get_content_type() == "text/plain"
    text = text_of(mail)
    for words in (
        "Kiến nghị quá hạn: 1",
        "Thông báo cho công dân quá hạn: 1",
        f"https://so.xa.vn/petitions/{petition.code}",
        f"https://so.xa.vn/commitments/{commitment.code}",
        f"hạn ngày {DAY - ONE_DAY:%d/%m/%Y}",
    ):
        assert words in text
    for secret in ("Thụy", "0912", "ngập", "bà Tư", "rãnh", "bà Hoa"):
        assert secret not in str(mail)
        assert secret not in text
    entry = session.scalars(
        select(JournalEntry).where(JournalEntry.action == "reminder:sent")
    ).one()
    assert entry.subject == lan.username
    assert "petition_late=1" in entry.detail


def test_nobody_is_told_the_same_twice_on_a_day_but_again_on_the_next(session, make, sink):
    person(make)
    late_petition(session, make, days=5)
    assert remind(session, sink.post, at(8)).sent == ["lan"]
    assert remind(session, sink.post, at(9)).sent == []
    assert remind(session, sink.post, at(19, 59)).sent == []

    fresh = late_petition(session, make, days=4)
    assert remind(session, sink.post, at(15)).sent == ["lan"]
    told = text_of(sink.kept[1])
    assert fresh.code in told
    assert told.count("- KN-") == 1
    assert "https://so.xa.vn/petitions?overdue=1" in told  # where the other stands too

    next_day = _working(DAY + ONE_DAY)
    assert remind(session, sink.post, at(22, day=DAY)).silence is not None
    assert remind(session, sink.post, at(8, day=next_day)).sent == ["lan"]
    assert len(sink.kept) == 3


def test_lateness_passes_upward_staff_then_leader_then_monitor(session, make):
    petition = late_petition(session, make, days=2, received_on=DAY - ONE_DAY)
    for name, role in (("canbo", Role.STAFF), ("truong", Role.LEADER), ("giam", Role.ADMIN)):
        person(make, name, role=role)
    watching = person(make, "theodoi", role=Role.ADMIN)
    old = promise(session, make, 6, monitor=watching)
    promise(session, make, 3, monitor=watching)

    told = codes_for(session)
    assert petition.code in told["canbo"]
    assert petition.code in told["truong"]
    assert told["theodoi"] == [old.code]
    assert "giam" not in told
    assert petition.code not in codes_for(session, DAY - 2 * ONE_DAY).get("truong", [])
    assert petition.code in codes_for(session, DAY - 2 * ONE_DAY)["canbo"]  # due soon: today


def test_staff_are_told_what_is_theirs_and_only_of_their_place(session, make):
    mine, hers = person(make, "an"), person(make, "binh")
    person(make, "xa.khac", place=make.place())
    own = promise(session, make, 1, handler=mine)
    nobodys = promise(session, make, 1)
    told = codes_for(session)
    assert told["an"] == [own.code, nobodys.code]
    assert told["binh"] == [nobodys.code]
    assert "xa.khac" not in told
    hers.is_disabled = True
    session.commit()
    assert "binh" not in codes_for(session)


def test_each_duty_of_a_dialogue_is_named(session, make, sink):
    seed_limits(session, seed_file("deadline_rules")["rule"])
    person(make)
    make.dialogue(held_on=DAY - 30 * ONE_DAY, stage=Stage.HELD)
    remind(session, sink.post, at())
    (mail,) = sink.kept
    assert "Công khai kết quả" in text_of(mail)
    assert "trưởng thôn" in text_of(mail)
    assert len(set(session.scalars(select(ReminderSent.subject)))) == 2


def test_one_who_cannot_be_reached_stops_nobody_and_is_tried_again(session, make, sink):
    for name in ("an", "sai", "yen"):
        person(make, name)
    make.user(username="khong.thu")
    late_petition(session, make)
    sink.refused = {"sai@xa.vn"}

    done = remind(session, sink.post, at())
    assert (done.sent, done.failed) == (["an", "yen"], ["sai"])
    assert done.without_address == ["khong.thu"]
    sink.refused = set()
    assert remind(session, sink.post, at()).sent == ["sai"]


def test_a_server_that_gives_up_leaves_the_rest_to_be_told_later(session, make, sink):
    for name in ("an", "binh", "chi"):
        person(make, name)
    late_petition(session, make)
    sink.gives_up_after = 1
    with pytest.raises(MailRefused):
        remind(session, sink.post, at())
    sink.gives_up_after = None
    assert remind(session, sink.post, at()).sent == ["binh", "chi"]


def test_a_server_that_is_not_there_is_one_sentence_and_marks_nothing(session, make, sink):
    person(make)
    late_petition(session, make)
    nowhere = Post("127.0.0.1", 1, False, "so@xa.vn", "https://so.xa.vn")
    with pytest.raises(MailRefused) as refused:
        remind(session, nowhere, at())
    assert "127.0.0.1:1" in say(refused.value)
    assert session.scalars(select(ReminderSent)).all() == []
    assert remind(session, sink.post, at()).sent == ["lan"]


def test_without_a_server_nobody_is_written_to_and_the_sentence_says_so(session, make):
    person(make)
    done = remind(session, None, at())
    assert "TRACKER_SMTP_URL" in say(done.silence)


def test_a_day_off_of_the_calendar_silences(session, make, sink):
    person(make)
    late_petition(session, make)
    session.add(CalendarException(day=DAY, is_working=False, reason="Nghỉ", document=""))
    session.commit()
    done = remind(session, sink.post, at())
    assert f"{DAY:%d/%m/%Y}" in say(done.silence)
    assert sink.kept == []


def test_of_two_runs_at_once_each_person_is_written_to_by_one(session, engine, make, sink):
    for name in ("an", "binh", "chi"):
        person(make, name)
    late_petition(session, make)

    def run():
        with Session(engine) as own:
            remind(own, sink.post, at())

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert len(sink.kept) == len({str(mail["To"]) for mail in sink.kept}) == 3


RUN = """
import sys
from datetime import datetime
from sqlalchemy.orm import Session
from tracker.core.db import engine_for
from tracker.reminders.service import Post, remind
post = Post("127.0.0.1", int(sys.argv[2]), False, "so@xa.vn", "https://so.xa.vn")
with Session(engine_for(sys.argv[1])) as session:
    remind(session, post, datetime.fromisoformat(sys.argv[3]))
"""


def test_what_a_killed_run_left_is_sent_once_by_a_later_one_under_the_same_key(
    session, database_url, make, sink
):
    person(make)
    first = late_petition(session, make)
    sink.answers.clear()
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, database_url, str(sink.server_address[1]), at().isoformat()]
    )
    try:
        assert sink.asked.wait(20)
    finally:
        run.kill()
        run.wait()
    sink.answers.set()
    late_petition(session, make, days=2)

    assert remind(session, sink.post, at(8, 5)).sent == ["lan"]  # the new one; the claim stands
    assert remind(session, sink.post, at(8, 20)).sent == ["lan"]
    assert remind(session, sink.post, at(9)).sent == []

    broken_off, other, again = sink.kept
    assert broken_off["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert text_of(again).count(f"/petitions/{first.code}") == 1
    assert f"/petitions/{first.code}" not in text_of(other)
    entries = select(JournalEntry).where(JournalEntry.action == "reminder:sent")
    assert len(session.scalars(entries).all()) == 2


def test_of_two_runs_that_find_what_was_left_one_sends_it(session, engine, make, sink):
    lan, petition = person(make), late_petition(session, make)
    session.add(
        ReminderSent(
            day=DAY,
            user_id=lan.id,
            kind="petition_late",
            subject=petition.code,
            letter="left-behind",
            claimed_at=at(7, 30),
        )
    )
    session.commit()

    def run():
        with Session(engine) as own:
            remind(own, sink.post, at())

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    letters = [mail["Message-ID"] for mail in sink.kept]
    assert letters.count("<left-behind@xa.vn>") == 1


@pytest.fixture
def closed(sink, monkeypatch):
    """Give a mail server that closes its line with a certificate made by itself."""
    certificate = Path(__file__).with_name("mail_server.pem")
    sink.closed_by = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    sink.closed_by.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return sink


def test_the_line_is_closed_before_the_password_is_said(session, make, closed):
    person(make)
    late_petition(session, make)
    post = replace(closed.post, username="so", password="bimat")

    assert remind(session, post, at()).sent == ["lan"]
    assert closed.words[:3] == ["EHLO", "AUTH", "MAIL"]


def test_a_certificate_that_nobody_vouches_for_is_refused(session, make, closed, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    person(make)
    late_petition(session, make)

    with pytest.raises(MailRefused) as refused:
        remind(session, closed.post, at())
    assert "127.0.0.1" in say(refused.value)
    assert closed.kept == []
    assert session.scalars(select(ReminderSent)).all() == []
    plain = replace(closed.post, may_start_tls=False)
    assert remind(session, plain, at()).sent == ["lan"]


def _post(tmp_path, **given):
    usual = {"TRACKER_MAIL_FROM": "so@xa.vn", "TRACKER_BASE_URL": "https://so.xa.vn/"}
    return post_from(from_environment({"TRACKER_INSTANCE": str(tmp_path)} | usual | given))


def test_the_server_is_read_from_its_address(tmp_path):
    assert _post(tmp_path) is None
    plain = _post(tmp_path, TRACKER_SMTP_URL="smtp://an%40xa:m%C3%A3%3A1@thu.xa.vn")
    assert (plain.host, plain.port, plain.is_tls) == ("thu.xa.vn", 25, False)
    assert (plain.username, plain.password, plain.base_url) == ("an@xa", "mã:1", "https://so.xa.vn")
    assert "mã:1" not in repr(plain)
    closed = _post(tmp_path, TRACKER_SMTP_URL="smtps://thu.xa.vn?starttls=no")
    assert (closed.port, closed.is_tls, closed.may_start_tls) == (465, True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"TRACKER_SMTP_URL": "thu.xa.vn:25"},
        {"TRACKER_SMTP_URL": "http://thu.xa.vn"},
        {"TRACKER_SMTP_URL": "smtp://thu.xa.vn:hai"},
        {"TRACKER_SMTP_URL": "smtp://thu.xa.vn", "TRACKER_MAIL_FROM": ""},
        {"TRACKER_SMTP_URL": "smtp://thu.xa.vn", "TRACKER_MAIL_FROM": "so"},
        {"TRACKER_SMTP_URL": "smtp://thu.xa.vn", "TRACKER_BASE_URL": "so.xa.vn"},
    ],
)
def test_a_server_that_is_half_named_is_refused(tmp_path, wrong):
    with pytest.raises(TrackerError) as refused:
        _post(tmp_path, **wrong)
    assert say(refused.value) != refused.value.msgid


def test_a_server_that_takes_no_login_is_told_without_the_password(sink, session, make):
    person(make)
    late_petition(session, make)
    with pytest.raises(MailRefused) as refused:
        remind(session, replace(sink.post, username="so", password="bimat"), at())
    assert "bimat" not in say(refused.value)
    assert session.scalars(select(ReminderSent)).all() == []
