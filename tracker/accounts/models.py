"""People, their sessions, and failed tries to sign in."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.accounts.permissions import GRANTS, Permission, Role
from tracker.core.db import Base, pk, stored_as_text, text40, text200
from tracker.core.lasting import seldom_changes
from tracker.places.models import Place


class User(Base):
    """A person who signs in, with one role at one place.

    `is_let_in` opens what is kept apart to those who are named in it. Whoever gives the person
    another password, role or place takes it away: only one who is let in gives it again.
    """

    __tablename__ = "users"

    id: Mapped[pk]
    username: Mapped[text40] = mapped_column(unique=True)
    full_name: Mapped[text200]
    email: Mapped[text200 | None]
    password_hash: Mapped[text200]
    role: Mapped[Role] = mapped_column(stored_as_text(Role))
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    is_disabled: Mapped[bool] = mapped_column(default=False)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    password_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    is_let_in: Mapped[bool] = mapped_column(default=False)

    place: Mapped[Place] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}

    def may(self, permission: Permission) -> bool:
        """Tell whether the role includes this act."""
        return permission in GRANTS[self.role]


class SignIn(Base):
    """One signed-in browser; the cookie's token is kept only as its SHA-256.

    While it awaits the code of a second factor it opens nothing.
    """

    __tablename__ = "sign_ins"

    id: Mapped[pk]
    token_hash: Mapped[text200] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[text200] = mapped_column(default="")
    browser: Mapped[text200] = mapped_column(default="")
    awaits_code: Mapped[bool] = mapped_column(default=False)


class SecondFactor(Base):
    """The seed of a person's second factor, sealed with a key that is not in the database.

    `last_step` is the latest half minute whose code was used: none of it or before counts again.
    """

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sealed_seed: Mapped[str]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Base):
    """One code on paper that stands in for a lost telephone, once; kept only as its SHA-256."""

    __tablename__ = "recovery_codes"

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code_hash: Mapped[text200]
    used_at: Mapped[datetime | None]


class RoleRule(Base):
    """A role whose people must sign in with a second factor."""

    __tablename__ = "role_rules"

    role: Mapped[Role] = mapped_column(stored_as_text(Role), primary_key=True)


class FailedSignIn(Base):
    """A wrong try, counted per account and per address for all processes together."""

    __tablename__ = "failed_sign_ins"

    id: Mapped[pk]
    username: Mapped[text200] = mapped_column(index=True)
    address: Mapped[text200] = mapped_column(index=True)
    failed_at: Mapped[datetime] = mapped_column(index=True)


seldom_changes(RoleRule)
