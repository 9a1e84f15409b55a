"""Alembic's entry: the connection always comes from `tracker.core.migrate`."""

import importlib
from typing import Any

from alembic import context

from tracker.core.db import Base, UtcDateTime
from tracker.core.migrate import is_compared

MODELS = [
    f"{name}.models"
    for name in (
        "calendar",
        "places",
        "accounts",
        "journal",
        "attachments",
        "ledger",
        "dialogues",
        "petitions",
        "commitments",
        "reports",
        "briefing",
        "documents",
        "reminders",
    )
]
for module in ("core.numbering", *MODELS):
    importlib.import_module(f"tracker.{module}")


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """A migration never imports the app: our own moment type is written as what it stores."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    include_object=is_compared,
)
with context.begin_transaction():
    context.run_migrations()
