"""The columns of the journal's file."""

from tracker.core.clock import shown_moment
from tracker.core.columns import Column
from tracker.core.i18n import N_, say
from tracker.trail.queries import TrailRow


def _about(row: TrailRow) -> str:
    return say(row.about) if row.about else row.action


COLUMNS: tuple[Column[TrailRow], ...] = (
    Column(
        "recorded_at",
        N_("Moment"),
        lambda row: shown_moment(row.recorded_at),
        lambda row: row.recorded_at.isoformat(),
    ),
    Column(
        "person",
        N_("Person"),
        lambda row: row.full_name or "",
        lambda row: row.username or "",
    ),
    Column("about", N_("About"), _about, lambda row: row.action),
    Column("act", N_("Act"), lambda row: row.act),
    Column("subject", N_("Code"), lambda row: row.subject),
    Column("place", N_("Place"), lambda row: row.place or ""),
    Column("detail", N_("Details"), lambda row: row.told, lambda row: row.detail),
    Column("number", N_("Number in the place's chain"), lambda row: row.number),
    Column("digest", N_("Digest"), lambda row: row.digest),
)
