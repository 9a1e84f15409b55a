"""Faults in short: `make faults` tries all of them, longer, on both engines."""

import io
import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from PIL import Image

from tests.faults.kills import killed_server, stopped_server
from tests.faults.outcomes import Bench
from tests.faults.starts import begun_twice
from tests.faults.table import LATEST
from tests.fuzz.pages import read
from tracker.backups.workrooms import SETTLED, workroom
from tracker.cli.program import cli
from tracker.core.errors import TrackerError
from tracker.core.settings import from_environment


def test_what_was_acknowledged_outlives_a_killed_server(tmp_path):
    outcome = killed_server(Bench("sqlite", tmp_path, rounds=1, seconds=2.0))

    assert outcome.failures == []
    assert outcome.counted.acknowledged > 0


def test_the_latest_table_tells_that_nothing_was_lost():
    assert "| **0** | **0** |" in LATEST.read_text(encoding="utf-8")


def test_a_stopped_server_answers_what_was_begun(tmp_path):
    outcome = stopped_server(Bench("sqlite", tmp_path, rounds=1, seconds=1.0))

    assert outcome.failures == []
    assert outcome.counted.acknowledged > 0


def test_an_installation_begun_twice_is_made_once(tmp_path):
    assert begun_twice(Bench("sqlite", tmp_path, rounds=1, seconds=0)).failures == []


def test_a_file_that_the_disk_has_no_room_for_is_told_and_leaves_nothing(visit, make, tmp_path):
    petition, staff = make.petition(), visit()
    picture = io.BytesIO()
    Image.frombytes("RGB", (300, 300), os.urandom(3 * 300 * 300)).save(picture, "PNG")
    picture.seek(0)

    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, usual[1]))
    try:
        answer = staff.post(f"/petitions/{petition.code}/files", file=(picture, "ảnh.png"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    assert answer.status_code == 507
    assert "Ổ đĩa của máy chủ đã đầy" in answer.text
    assert not list((tmp_path / "files").glob("*"))


def test_who_meets_a_server_out_of_memory_is_told_and_types_nothing_twice(app, visit):
    staff = visit()
    assert staff.get("/petitions/new").status_code == 200

    def exhausted():
        raise MemoryError

    for page in ("petitions.log", "petitions.index"):
        assert page in app.view_functions
        app.view_functions[page] = exhausted
    answer = staff.post("/petitions/new", content="Đề nghị sửa cầu", key="x")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Đề nghị sửa cầu" in answer.text
    assert staff.get("/petitions").status_code == 503
    assert staff.get("/dialogues").status_code == 200


def test_of_eight_who_save_one_petition_at_once_one_is_kept_and_the_others_are_told(
    app, visit, make, session
):
    petition, clerk = make.petition(), make.user()
    path = f"/petitions/{petition.code}/edit"
    people = [visit(user=clerk) for _ in range(8)]
    for turn in range(2):
        forms, _ = read(path, people[0].get(path).text)
        form = next(one for one in forms if any(field.name == "content" for field in one.fields))
        filled = {one.name: next(filter(None, one.values), "") for one in form.fields}
        filled |= {"reason": "Ghi nhầm"}
        del filled["csrf_token"]
        with ThreadPoolExecutor(len(people)) as pool:
            sent = [
                pool.submit(one.post, path, **filled | {"content": f"Lần {turn}, người {n}"})
                for n, one in enumerate(people)
            ]
        statuses = [answer.result().status_code for answer in sent]
        assert sorted(statuses) == [303] + [409] * 7
        session.refresh(petition)
        assert petition.content == f"Lần {turn}, người {statuses.index(303)}"
        session.rollback()  # lets go of the file


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    place = tmp_path / "secret"
    place.write_text("a file where a folder should be")
    with pytest.raises(TrackerError, match="cannot be written"):
        from_environment({"TRACKER_INSTANCE": str(place / "instance")})


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"no database at all" * 300, "đã hỏng"), (None, "Không mở hoặc không ghi được tệp")],
)
def test_an_operator_is_told_what_to_do_about_a_file_that_is_no_database(tmp_path, content, told):
    place = tmp_path / "tracker.db"
    place.mkdir() if content is None else place.write_bytes(content)
    environment = {"TRACKER_INSTANCE": str(tmp_path), "TRACKER_DATABASE_URL": "", "LANG": "vi_VN"}
    done = CliRunner().invoke(cli, ["upgrade"], env=environment)
    assert done.exit_code == 1
    assert told in done.output
    assert "Traceback" not in done.output


def test_nobody_there_to_answer_is_told_without_the_words_of_the_database(tmp_path):
    address = "postgresql+psycopg://a:bi-mat@127.0.0.1:9/b"
    environment = {"TRACKER_INSTANCE": str(tmp_path), "TRACKER_DATABASE_URL": address}
    done = CliRunner().invoke(cli, ["upgrade"], env=environment)
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "PostgreSQL không trả lời" in done.output
    assert "bi-mat" not in done.output


def test_processes_that_begin_at_once_agree_on_one_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        environments = [{"TRACKER_INSTANCE": str(tmp_path)}] * 16
        found = {kept.secret_key for kept in pool.map(from_environment, environments)}
    assert len(found) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("seconds_old", [SETTLED * 2, 0])
def test_what_a_killed_backup_left_goes_with_the_next(tmp_path, seconds_old):
    left = tmp_path / ".tracker-abc"
    (left / "unpacked").mkdir(parents=True)
    moment = time.time() - seconds_old
    os.utime(left, (moment, moment))

    with workroom(tmp_path, ".tracker-"):
        assert left.exists() is (seconds_old < SETTLED)


def test_what_a_backup_at_work_uses_stays(tmp_path):
    with workroom(tmp_path, ".tracker-") as mine:
        os.utime(mine, (0, 0))
        with workroom(tmp_path, ".tracker-"):
            assert mine.exists()
    assert list(tmp_path.iterdir()) == []
