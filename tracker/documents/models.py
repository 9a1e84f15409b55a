"""What a unit's papers say of it, and the templates that units put in place of ours."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.documents.rules.layout import Issuer


class KeptLetterhead(Base):
    """A unit's letterhead as one of its two issuers; what it lacks is proposed by rules.issuing."""

    __tablename__ = "letterheads"
    __table_args__ = (UniqueConstraint("place_id", "issuer"),)

    id: Mapped[pk]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    issuer: Mapped[Issuer] = mapped_column(stored_as_text(Issuer))
    superior: Mapped[text200]
    agency: Mapped[str]
    symbol: Mapped[text40]
    place_of_issue: Mapped[text200]
    authority: Mapped[text200]
    title: Mapped[text200]
    signer: Mapped[text200]
    recipients: Mapped[str]
    addressees: Mapped[str]
    is_default: Mapped[bool]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class LetterheadTemplate(Base):
    """A unit's own Word template, kept whole in the register so that every machine has it."""

    __tablename__ = "letterhead_templates"
    __table_args__ = (UniqueConstraint("place_id", "issuer"),)

    id: Mapped[pk]
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    issuer: Mapped[Issuer] = mapped_column(stored_as_text(Issuer))
    name: Mapped[text200]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[text200]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
