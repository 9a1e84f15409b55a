"""The table of digests, one for each record."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.core.db import Base, text40


class Evidence(Base):
    """The keyed digest of one record with all that belongs to it, as the program left it.

    `kind` is the record's table and `key` its key as text. The key of the digest is not in the
    database: whoever writes into the tables by other means cannot write what fits.
    """

    __tablename__ = "evidence"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[text40] = mapped_column(primary_key=True)
    key: Mapped[text40] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(32))
