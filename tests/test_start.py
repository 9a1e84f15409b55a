"""A server reads in what serving needs, and nothing of what only commands and rare files need."""

import subprocess
import sys

SELDOM = (
    *("alembic", "docx", "holidays", "rustpy_xlsxwriter", "zxcvbn"),
    *("tracker.backups", "tracker.demo", "tracker.fictional", "tracker.generating"),
    "tracker.transferring",
)


def test_serving_reads_in_nothing_that_only_commands_and_rare_files_need():
    asked = "import sys, tracker.cli.program as p; p.read_in(('serving',)); print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert set(SELDOM).intersection(found.stdout.split()) == set()


def test_the_program_looks_for_garbage_again_once_it_runs():
    asked = "import gc; from tracker.cli import main\ntry: main()\nfinally: print(gc.isenabled())"
    words = [sys.executable, "-c", asked, "upgrade", "--help"]
    found = subprocess.run(words, capture_output=True, text=True, check=True)
    assert found.stdout.endswith("True\n")
