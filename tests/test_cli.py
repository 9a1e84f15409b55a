"""The command, as a person at a terminal meets it."""

import subprocess
import sys

import pytest


@pytest.fixture
def tracker(tmp_path):
    """Run the command with an instance folder of its own."""

    def run(*words):
        command = [sys.executable, "-c", "from tracker.cli import main; main()", *words]
        environment = {"TRACKER_INSTANCE": str(tmp_path / "instance"), "PYTHONUTF8": "1"}
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


def test_a_new_register_is_seeded_verified_and_given_its_first_people(tracker):
    assert tracker("upgrade").returncode == 0
    assert tracker("seed").returncode == 0
    assert tracker("verify").returncode == 0

    words = ("user", "add", "canbo", "--name", "Cán bộ", "--role", "staff", "--place")
    assert tracker(*words, "xa-tien-luc-2025").returncode == 0
    assert "Xã Tiên Lục" in tracker("user", "list").stdout


def test_a_refusal_is_one_sentence_and_no_trace(tracker):
    refused = tracker("verify")

    assert refused.returncode == 1
    assert "tracker upgrade" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_wrong_word_is_a_usage_error(tracker):
    assert tracker("nonsense").returncode == 2
