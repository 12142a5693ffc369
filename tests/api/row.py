"""A row of the table of who may call which route."""

from typing import Any, NamedTuple

from tests.api.world import PRICE_MINOR

NOWHERE = "00000000-0000-7000-8000-000000000000"
LINE = {"sku_id": "{sku_id}", "quantity": 1, "price_minor": PRICE_MINOR}


class Row(NamedTuple):
    """A call, and the status that each kind of caller gets, in the order of CALLERS."""

    method: str
    path: str
    statuses: tuple[int, int, int, int, int]
    body: Any = None
    address: str = ""
    """What is really called, if the template's placeholders are not ids of the world."""
    files: dict[str, tuple[str, bytes, str]] | None = None


def everybody(status: int) -> tuple[int, int, int, int, int]:
    """The same for all."""
    return (status,) * 5


def members(status: int, token: int = 403) -> tuple[int, int, int, int, int]:
    """The same for all who are signed in; a token of another scope is refused."""
    return (401, token, status, status, status)


def owner_only(status: int, others: int = 404, token: int = 403) -> tuple[int, int, int, int, int]:
    """Others are told that there is no such thing."""
    return (401, token, others, others, status)


def control(status: int) -> tuple[int, int, int, int, int]:
    """The host, and the host's token for room control. Others see the room, so they are told that it is not theirs.

    All of it is idempotent: the host's own call, after that of the token, gets the same answer.
    """
    return (401, status, 403, 403, status)
