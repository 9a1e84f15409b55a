"""The faults: each makes a register, does its worst, and gives what was counted."""

from tests.faults.copies import backups_under_load
from tests.faults.crowds import slow_clients
from tests.faults.disks import full_disk, locked_file, read_only_disk, unwritable_log
from tests.faults.kills import (
    cut_connections,
    killed_database,
    killed_server,
    stopped_server,
    two_servers,
)
from tests.faults.memory import out_of_memory
from tests.faults.outcomes import BOTH, Fault
from tests.faults.power_cuts import power_failures, synced_before_answer
from tests.faults.soaks import soak
from tests.faults.standbys import promoted_standby
from tests.faults.starts import begun_twice, changed_secret, clock_set_back, interrupted_migration

FAULTS: tuple[tuple[Fault, tuple[str, ...]], ...] = (
    (killed_server, BOTH),
    (stopped_server, BOTH),
    (killed_database, ("postgresql",)),
    (cut_connections, ("postgresql",)),
    (promoted_standby, ("postgresql",)),
    (locked_file, ("sqlite",)),
    (two_servers, BOTH),
    (full_disk, ("sqlite",)),
    (read_only_disk, ("sqlite",)),
    (unwritable_log, ("sqlite",)),
    (synced_before_answer, BOTH),
    (power_failures, BOTH),
    (slow_clients, ("sqlite",)),
    (out_of_memory, BOTH),
    (soak, BOTH),
    (changed_secret, ("sqlite",)),
    (clock_set_back, BOTH),
    (begun_twice, BOTH),
    (interrupted_migration, BOTH),
    (backups_under_load, BOTH),
)
"""Each fault, and the engines on which it can happen."""
