"""The table of files; their bytes lie in the instance folder under random names."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, pk, text40, text200


class Attachment(Base):
    """One file of one record; `subject` is the code of the dialogue or petition it belongs to."""

    __tablename__ = "attachments"

    id: Mapped[pk]
    subject: Mapped[text40] = mapped_column(index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"), index=True)
    stored_name: Mapped[text40] = mapped_column(unique=True)
    original_name: Mapped[text200]
    media_type: Mapped[text200]
    size: Mapped[int]
    sha256: Mapped[text200]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[text200] = mapped_column(default="")
