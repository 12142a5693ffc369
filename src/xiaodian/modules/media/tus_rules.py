"""The tus protocol, version 1.0, as far as it is pure: what its headers say."""

import base64
import binascii
import re
from typing import NamedTuple

from xiaodian.contracts.base import InvalidInputError

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
CHECKSUMS = ("sha1", "sha256", "md5")
CHUNK_TYPE = "application/offset+octet-stream"

MAX_METADATA_CHARS = 4096
_NUMBER = re.compile(r"(?a:\d{1,18})")
_METADATA_KEY = re.compile(r"[!-+\--~]{1,64}")


class Checksum(NamedTuple):
    """What the body of a request must hash to."""

    algorithm: str
    digest: bytes


def read_number(name: str, text: str | None) -> int:
    """A header that is a number of bytes. Raises InvalidInputError."""
    if text is None:
        raise InvalidInputError(field=name, reason="missing")
    if not _NUMBER.fullmatch(text):
        raise InvalidInputError(field=name, reason="malformed")
    return int(text)


def check_metadata(text: str) -> str:
    """Upload-Metadata, which is kept as it came: it decides nothing. Raises InvalidInputError."""
    if len(text) > MAX_METADATA_CHARS:
        raise InvalidInputError(field="Upload-Metadata", reason="too_long")
    seen: set[str] = set()
    for pair in text.split(",") if text else ():
        key, _, value = pair.strip().partition(" ")
        if not _METADATA_KEY.fullmatch(key) or key in seen or not _is_base64(value.strip()):
            raise InvalidInputError(field="Upload-Metadata", reason="malformed")
        seen.add(key)
    return text


def read_checksum(text: str | None) -> Checksum | None:
    """Upload-Checksum; None if there is none. Raises InvalidInputError."""
    if text is None:
        return None
    algorithm, _, digest = text.strip().partition(" ")
    if algorithm not in CHECKSUMS or not _is_base64(digest):
        raise InvalidInputError(field="Upload-Checksum", reason="malformed")
    return Checksum(algorithm, base64.b64decode(digest))


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
