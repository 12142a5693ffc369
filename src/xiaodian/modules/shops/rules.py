"""What may be the name of a shop. Pure."""

from xiaodian.contracts.base import InvalidInputError
from xiaodian.kit.text import BadTextError, clean_line

NAME_MIN_CHARS = 2
NAME_MAX_CHARS = 30


def require_shop_name(text: str) -> str:
    """A name that can be shown. Raises InvalidInputError."""
    try:
        return clean_line(text, min_chars=NAME_MIN_CHARS, max_chars=NAME_MAX_CHARS)
    except BadTextError as error:
        raise InvalidInputError(
            field="name", reason=error.reason, min_chars=NAME_MIN_CHARS, max_chars=NAME_MAX_CHARS
        ) from error
