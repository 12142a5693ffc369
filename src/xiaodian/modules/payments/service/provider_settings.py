"""Reads the settings of payment providers: all of a provider's, or none."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509 import load_pem_x509_certificate

from xiaodian.settings import ENV_PREFIX, BadSettingError, Settings


def is_set_up(settings: Settings, *names: str) -> bool:
    """Whether all of these settings are given; False if none is. Raises BadSettingError if only some are."""
    missing = [name for name in names if not getattr(settings, name)]
    if missing and len(missing) < len(names):
        raise BadSettingError(f"A payment provider is set up halfway. Missing: {_variables(missing)}")
    return not missing


def require(settings: Settings, *names: str, why: str) -> None:
    """Raises BadSettingError that says what is missing, and why it is needed."""
    if missing := [name for name in names if not getattr(settings, name)]:
        raise BadSettingError(f"{why} needs {_variables(missing)}")


def read_methods(settings: Settings, name: str, known: Sequence[str]) -> tuple[str, ...]:
    """Ways to pay, from a list with commas. Raises BadSettingError if one is unknown or none is given."""
    methods = tuple(part.strip() for part in getattr(settings, name).split(",") if part.strip())
    if not methods or set(methods) - set(known):
        raise BadSettingError(f"{_variables([name])} must be some of {', '.join(known)}")
    return methods


def read_private_key(settings: Settings, name: str) -> RSAPrivateKey:
    """A private RSA key from a path, PEM text or bare Base64. Raises BadSettingError."""
    text = _read(settings, name)
    try:
        key = load_pem_private_key(text, None) if b"-----" in text else load_der_private_key(_unwrap(text), None)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadSettingError(f"{_variables([name])} is no private key that can be read") from error
    if not isinstance(key, RSAPrivateKey):
        raise BadSettingError(f"{_variables([name])} must be an RSA key")
    return key


def read_public_key(settings: Settings, name: str) -> RSAPublicKey:
    """A public RSA key from a path, PEM text (a key or a certificate) or bare Base64. Raises BadSettingError."""
    text = _read(settings, name)
    try:
        key = _load_public_key(text)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadSettingError(f"{_variables([name])} is no public key that can be read") from error
    if not isinstance(key, RSAPublicKey):
        raise BadSettingError(f"{_variables([name])} must be an RSA key")
    return key


def _load_public_key(text: bytes) -> object:
    if b"BEGIN CERTIFICATE" in text:
        return load_pem_x509_certificate(text).public_key()
    return load_pem_public_key(text) if b"-----" in text else load_der_public_key(_unwrap(text))


def _read(settings: Settings, name: str) -> bytes:
    value: str = getattr(settings, name)
    if "-----" in value:
        return value.replace("\\n", "\n").encode()
    if _is_file(Path(value)):
        return Path(value).read_bytes()
    if value.startswith(("/", "./", "~")):
        raise BadSettingError(f"{_variables([name])} names a file that is not there")
    return value.encode()


def _is_file(path: Path) -> bool:
    # A bare Base64 key has stretches between slashes longer than any name may be: the system minds being asked.
    try:
        return path.is_file()
    except OSError:
        return False


def _unwrap(text: bytes) -> bytes:
    return base64.b64decode(b"".join(text.split()), validate=True)


def _variables(names: Sequence[str]) -> str:
    return ", ".join(ENV_PREFIX + name.upper() for name in names)
