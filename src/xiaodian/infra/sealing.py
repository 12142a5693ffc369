"""Secrets of others that we must be able to use again: encrypted where they are kept, bound to what they are for."""

import contextlib
import os
import secrets
from hashlib import blake2b, sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from xiaodian.settings import Settings

NONCE_BYTES = 12
KEY_FILE = "sealing.key"


class BadSealError(ValueError):
    """Sealed with another key, or for another purpose, or damaged."""


class Sealer:
    """Seals and opens secrets with the installation's key."""

    def __init__(self, key_text: str) -> None:
        self._key = sha256(b"xiaodian sealing\0" + key_text.encode()).digest()
        self._cipher = AESGCM(self._key)

    @classmethod
    def of(cls, settings: Settings) -> "Sealer":
        """With the setting's key; without one, with a key that is made once and kept in the data folder."""
        return cls(settings.sealing_key or _kept_key(settings.data_dir))

    def seal(self, secret: str, purpose: str) -> bytes:
        """The secret, such that it can only be opened for the same purpose."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), purpose.encode())

    def derive(self, purpose: bytes, size: int) -> bytes:
        """So many bytes that are always the same for a purpose, and that only who has the key can work out."""
        return blake2b(purpose, key=self._key, digest_size=size).digest()

    def open(self, sealed: bytes, purpose: str) -> str:
        """The secret. Raises BadSealError."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise BadSealError from error


def _kept_key(folder: Path) -> str:
    path = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole beside and linked into place, so that of several processes one makes it and all read the same.
        made = folder / f"{KEY_FILE}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(made)
        made.unlink()
    return path.read_text().strip()
