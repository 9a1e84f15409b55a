"""What a power cut leaves is worked out from what a disk was told: only the synced is sure."""

import subprocess
import sys

from tests.faults.power import Disk, Luck
from tests.faults.recording import calls, recorder

ACTS = """
import os, sys
os.chdir(sys.argv[1])
def written(name, content, *, sync):
    handle = os.open(name, os.O_WRONLY | os.O_CREAT)
    os.write(handle, content)
    if sync:
        os.fsync(handle)
    return handle
def sync_folder():
    handle = os.open(".", os.O_RDONLY)
    os.fsync(handle)
handle = written("synced", b"sure", sync=True)
os.pwrite(handle, b"later", 4)
written("named", b"unsure", sync=False)
os.rename("old", "renamed")
sync_folder()
written("unnamed", b"unsure", sync=False)
os.rename("renamed", "renamed again")
os.truncate("long", 2)
"""


def test_only_what_was_synced_is_sure_to_outlive_a_cut(tmp_path):
    folder, trace = tmp_path / "disk", tmp_path / "trace"
    folder.mkdir()
    (folder / "old").write_bytes(b"kept")
    (folder / "long").write_bytes(b"as it was")
    disk = Disk(folder)
    subprocess.run([*recorder(), str(trace), sys.executable, "-c", ACTS, str(folder)], check=True)
    for call in calls(trace, folder):
        disk.tell(call)

    def left(luck):
        place = tmp_path / luck
        disk.leave(place, luck)
        return {path.name: path.read_bytes() for path in place.iterdir()}

    assert left(Luck.ALL) == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert left(Luck.NOTHING) == {
        "synced": b"sure",
        "named": b"",
        "renamed": b"kept",
        "long": b"as it was",
    }
    assert {"synced", "named", "long"} < set(left(Luck.SOME))
