"""The page for whoever looks after the server: what is well, and what must be seen to."""

import pytest

from tracker.accounts.permissions import Role
from tracker.core import clock
from tracker.journal.queries import head_of
from tracker.settings.service.backups import note_backup, note_verified


def test_an_administrator_sees_what_is_well_and_what_must_be_seen_to(session, make, visit):
    make.petition()
    admin = visit(role=Role.ADMIN)
    first = admin.get("/settings/health", lang="en").text
    assert "never: run “tracker verify”" in first
    assert "none yet" in first

    note_backup(session, clock.now(), "so.zip")
    note_verified(session, clock.now(), 0)
    well = admin.get("/settings/health").text
    assert "everything fits" in well
    assert "fresh" in well
    assert head_of(session, make.home.id)[1] in well

    note_verified(session, clock.now(), 3)
    assert "3 lines do not fit" in admin.get("/settings/health").text


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER])
def test_nobody_else_sees_it(visit, role):
    assert visit(role=role).get("/settings/health").status_code == 403
