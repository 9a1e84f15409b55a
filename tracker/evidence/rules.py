"""Which tables make one record together, and how a record is digested."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LENGTH = 32
"""Hexadecimal signs of a digest: 128 bits."""
_PURPOSE = b"citizen-dialogue-tracker evidence of records"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: its table, and the tables of its parts with the column that names it.

    A record whose every writer holds its row until the commit needs no further lock. `apart` are
    columns that another digest of the record covers already.
    """

    table: str
    parts: Mapping[str, str] = field(default_factory=dict)
    is_held: bool = False
    apart: frozenset[str] = frozenset()


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.table: kind
        for kind in (
            Kind("anonymisations"),
            Kind("attachments"),
            Kind("briefings", {"briefing_items": "briefing_id"}),
            Kind("calendar_exceptions"),
            Kind("categories"),
            Kind("clearings"),
            Kind("commitments", {"commitment_steps": "commitment_id"}),
            Kind("deadline_rules"),
            Kind("departments"),
            Kind("denunciation_takers"),
            Kind(
                "denunciations",
                {
                    "denouncer_identities": "denunciation_id",
                    "denunciation_grants": "denunciation_id",
                    "denunciation_steps": "denunciation_id",
                },
                is_held=True,
            ),
            Kind(
                "dialogues",
                {"dialogue_steps": "dialogue_id", "settled_limits": "dialogue_id"},
            ),
            Kind("grassroots_visits", {"grassroots_visit_corrections": "visit_id"}),
            Kind("identity_looks"),
            Kind("installation_settings"),
            Kind("letterhead_templates"),
            Kind("letterheads"),
            Kind("person_requests"),
            Kind("petitions", {"petition_steps": "petition_id"}, is_held=True),
            Kind("places"),
            Kind("published_figures"),
            Kind("retention_periods"),
            Kind("role_rules"),
            Kind("sent_reports", {"sent_files": "report_id"}, apart=frozenset({"body"})),
            Kind("users", {"second_factors": "user_id", "recovery_codes": "user_id"}),
            Kind("visit_rhythms"),
            Kind(
                "working_groups",
                {"working_group_members": "group_id", "household_visits": "group_id"},
            ),
        )
    }
)

Rows = Sequence[tuple[str, Iterable[Mapping[str, Any]]]]
"""The rows of a record by their tables, the record's own first, the others in their order."""


def evidence_key(secret: str) -> bytes:
    """Derive the key of digests from the secret of an installation."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())


def digest_of(rows: Rows, key: bytes) -> str:
    """Give the keyed digest of a record.

    What is empty counts as what is not there: a column that a later version adds leaves the
    evidence of former records as it is.
    """
    told = [
        [
            table,
            {
                name: value
                for name, value in row.items()
                if value is not None and value is not False and value != ""
            },
        ]
        for table, some in rows
        for row in some
    ]
    return hmac.digest(key, _packed(told).encode(), "sha256").hex()[:LENGTH]


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(f"{type(value).__name__} has no evidence")


_packed = json.JSONEncoder(default=_plain, sort_keys=True, separators=(",", ":")).encode
