"""The table of places, and of what each unit answers for today."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.core.lasting import seldom_changes
from tracker.places.rules import PlaceKind


class Place(Base):
    """An administrative unit or a village, in the form it had between two days.

    GSO codes are reused for other units after a merger, so a code alone is no key.
    """

    __tablename__ = "places"
    __table_args__ = (
        CheckConstraint("successor_id <> id", name="successor_is_another"),
        CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to",
            name="valid_in_order",
        ),
    )

    id: Mapped[pk]
    key: Mapped[text40] = mapped_column(unique=True)
    name: Mapped[text200]
    kind: Mapped[PlaceKind] = mapped_column(stored_as_text(PlaceKind))
    gso_code: Mapped[text40 | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"), index=True)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("places.id"), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    is_fictional: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class PlaceReach(Base):
    """One pair of a unit and a place that it answers for today, itself included.

    What `rules.chain` says of every place, kept so that nobody walks the tree to ask; `distance` is
    how many steps the place is away from the unit. Only `places.service` writes here.
    """

    __tablename__ = "place_reach"
    __table_args__ = (Index("ix_place_reach_place", "place_id", "distance", "unit_id"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), primary_key=True)
    distance: Mapped[int]


seldom_changes(Place, PlaceReach)
