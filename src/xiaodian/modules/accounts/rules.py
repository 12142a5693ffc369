"""What may be a sign-in name, a password, a display name, an address. Pure."""

import re
import unicodedata
from datetime import date

from xiaodian.contracts.base import InvalidInputError
from xiaodian.kit.masking import mask_email, mask_phone
from xiaodian.kit.text import BadTextError, clean_line

PASSWORD_MIN_CHARS = 8
PASSWORD_MAX_CHARS = 128
DISPLAY_NAME_MAX_CHARS = 30
TOKEN_NAME_MAX_CHARS = 60
MAX_ADDRESSES = 20
MAX_ACCESS_TOKENS = 50
MAX_SESSIONS = 50

_MAINLAND_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_PHONE_NOISE = re.compile(r"[\s().-]")
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_EMAIL_MAX_CHARS = 254
_CONTACT_PHONE = re.compile(r"\+?\d{5,15}")
_OWN_PICTURE = re.compile(r"/media/pictures/[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def normalise_sign_in(text: str) -> str | None:
    """The one form of a sign-in name: `+8613800000001` or `dandan@example.com`; None if it is neither."""
    name = unicodedata.normalize("NFKC", text).strip()
    if "@" in name:
        email = name.lower()
        return email if len(email) <= _EMAIL_MAX_CHARS and _EMAIL.fullmatch(email) else None
    phone = _PHONE_NOISE.sub("", name)
    if not phone.isascii():
        return None
    if mobile := _MAINLAND_MOBILE.fullmatch(phone):
        return f"+86{mobile[1]}"
    return phone if _E164.fullmatch(phone) else None


def require_sign_in(text: str) -> str:
    """The one form of a sign-in name. Raises InvalidInputError."""
    name = normalise_sign_in(text)
    if name is None:
        raise InvalidInputError(field="sign_in", reason="not_a_sign_in")
    return name


def mask_sign_in(sign_in: str) -> str:
    """A normalised sign-in name, enough for its owner to recognise it."""
    return mask_email(sign_in) if "@" in sign_in else mask_phone(sign_in.removeprefix("+86"))


def require_month_day(field: str, text: str) -> str:
    """A day of any year: `03-08`. Raises InvalidInputError."""
    try:
        # A leap year, which has them all.
        return f"{date.fromisoformat(f'2024-{text}'):%m-%d}"
    except ValueError as error:
        raise InvalidInputError(field=field, reason="not_a_day") from error


def require_password(text: str) -> str:
    """A password in the one form that is hashed, whatever keyboard composed it. Raises InvalidInputError."""
    password = unicodedata.normalize("NFC", text)
    if len(password) < PASSWORD_MIN_CHARS:
        raise InvalidInputError(field="password", reason="password_too_short", min_chars=PASSWORD_MIN_CHARS)
    if len(password) > PASSWORD_MAX_CHARS:
        raise InvalidInputError(field="password", reason="too_long", max_chars=PASSWORD_MAX_CHARS)
    return password


def require_line(field: str, text: str, max_chars: int) -> str:
    """A line that can be shown. Raises InvalidInputError that names the field."""
    try:
        return clean_line(text, max_chars=max_chars)
    except BadTextError as error:
        raise InvalidInputError(field=field, reason=error.reason, max_chars=max_chars) from error


def require_contact_phone(text: str) -> str:
    """A number a courier can call, mobile or landline, of any country, digits only. Raises InvalidInputError."""
    phone = _PHONE_NOISE.sub("", unicodedata.normalize("NFKC", text))
    if not phone.isascii() or not _CONTACT_PHONE.fullmatch(phone):
        raise InvalidInputError(field="phone", reason="not_a_phone")
    return phone


def require_own_picture(field: str, url: str) -> str:
    """A picture that was uploaded here: others would tell strangers who looks. Raises InvalidInputError."""
    if not _OWN_PICTURE.fullmatch(url):
        raise InvalidInputError(field=field, reason="not_our_picture")
    return url
