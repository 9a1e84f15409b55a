"""Keeping a text so that the database alone does not tell it: its key lies outside."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tracker.core.errors import TrackerError

_PURPOSE = b"citizen-dialogue-tracker sealed text"


class SealBroken(TrackerError):
    """The key that the text was sealed with is not here, or the text was bent."""


class Sealer:
    """Seals with the first secret and opens with any: a secret that was changed stays on the list.

    Authenticated encryption by the library `cryptography` (Fernet); each key is derived from its
    secret, so that the secret of cookies and the key of texts are never the same bytes.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = MultiFernet([Fernet(_key(secret)) for secret in secrets])

    def seal(self, text: str) -> str:
        """Give the sealed text."""
        return self._keys.encrypt(text.encode()).decode("ascii")

    def opened(self, sealed: str) -> str:
        """Give the text again; raise SealBroken rather than anything that is not it."""
        try:
            return self._keys.decrypt(sealed.encode("ascii", "replace")).decode()
        except InvalidToken as cause:
            raise SealBroken(
                "The key that this was sealed with is missing; whoever runs the server must name"
                " the former secret in TRACKER_OLD_SECRET_KEYS."
            ) from cause


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
