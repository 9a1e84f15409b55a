"""What is installed is what is in the checkout: no file missing, none that git does not know."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CARRIED = ("templates", "migrations", "seeds")
FOLDERS = (*CARRIED, "tracker")


def _built(kind: str, source: Path, target: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return next(target.iterdir())


def _files_of(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def known_to_git() -> set[str]:
    command = ["git", "ls-files", "-z", "--", *FOLDERS]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:  # unpacked without its history: what lies here is all there is
        found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
        return {
            path.relative_to(ROOT).as_posix()
            for path in found
            if path.is_file() and "__pycache__" not in path.parts
        }
    return {name for name in listed.stdout.split("\0") if name}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return _built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def test_the_wheel_holds_exactly_the_files_that_git_knows(wheel, known_to_git):
    wanted = {name if name.startswith("tracker/") else f"tracker/{name}" for name in known_to_git}

    assert _files_of(wheel) == wanted
    for folder in CARRIED:
        assert any(name.startswith(f"tracker/{folder}/") for name in wanted)
    assert any(name.startswith("tracker/translations/vi/") for name in wanted)


def test_the_source_archive_builds_the_same_wheel(wheel, tmp_path):
    archive = _built("sdist", ROOT, tmp_path / "sdist")
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    unpacked = next((tmp_path / "unpacked").iterdir())

    again = _built("wheel", unpacked, tmp_path / "again")

    assert _files_of(again) == _files_of(wheel)
    assert (unpacked / "README.md").is_file()
    assert (unpacked / "LICENSE").is_file()
