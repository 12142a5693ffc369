"""Reads of what surfacing knows of rooms; explicit columns, structs out. Writes stand with their use cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.surfacing.room_rules import Mode, Outcome

MAX_QUIET = 100


class Caption(NamedTuple):
    """A row of surfacing.caption."""

    caption_no: int
    start_at: datetime
    end_at: datetime
    text: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A row of surfacing.decision."""

    decision_id: UUID
    room_id: RoomId
    product_id: ProductId
    start_at: datetime
    show_ms: int
    code: str
    params: dict[str, str | int]
    confidence: float
    made_at: datetime
    expires_at: datetime | None
    outcome: Outcome


_DECISION = """
    decision_id, room_id, product_id, start_at, show_ms, reason, confidence, made_at, expires_at, outcome
"""


def _decision(row: Record) -> Decision:
    values = dict(row)
    reason = values.pop("reason")
    values |= {"code": reason["code"], "params": reason["params"], "outcome": Outcome(values["outcome"])}
    return Decision(**values)


async def find_mode(connection: Connection, room_id: RoomId) -> Mode | None:
    """The room's mode; None if nobody has chosen one."""
    mode = await connection.fetchval("SELECT mode FROM surfacing.room_mode WHERE room_id = $1", room_id)
    return None if mode is None else Mode(mode)


async def get_host_mode(connection: Connection, host_id: AccountId) -> Mode:
    """What the host chose last: how the host's next room begins."""
    mode = await connection.fetchval("SELECT mode FROM surfacing.host_mode WHERE host_id = $1", host_id)
    return Mode.MANUAL if mode is None else Mode(mode)


async def list_captions_after(connection: Connection, room_id: RoomId, after_no: int, limit: int) -> list[Caption]:
    """What was said in a room, as it came in."""
    rows = await connection.fetch(
        """
        SELECT caption_no, start_at, end_at, text FROM surfacing.caption
        WHERE room_id = $1 AND caption_no > $2 ORDER BY caption_no LIMIT $3
        """,
        room_id,
        after_no,
        limit,
    )
    return [Caption(*row) for row in rows]


async def list_captions_since(
    connection: Connection, room_id: RoomId, since: datetime, limit: int
) -> Sequence[Caption]:
    """What was said in a room since a moment of its picture, in order; the last of it if there is more."""
    rows = await connection.fetch(
        """
        SELECT caption_no, start_at, end_at, text FROM surfacing.caption
        WHERE room_id = $1 AND end_at >= $2 ORDER BY end_at DESC, caption_no DESC LIMIT $3
        """,
        room_id,
        since,
        limit,
    )
    return [Caption(*row) for row in reversed(rows)]


async def get_last_caption_no(connection: Connection, room_id: RoomId) -> int:
    """The number of the caption that came in last; 0 if none did."""
    return int(
        await connection.fetchval(
            "SELECT coalesce(max(caption_no), 0) FROM surfacing.caption WHERE room_id = $1", room_id
        )
    )


async def find_last_heard(connection: Connection, room_id: RoomId) -> datetime | None:
    """The moment of the picture up to which speech is known."""
    heard_at: datetime | None = await connection.fetchval(
        "SELECT max(end_at) FROM surfacing.caption WHERE room_id = $1", room_id
    )
    return heard_at


async def find_open_suggestion(connection: Connection, room_id: RoomId, now: datetime) -> Decision | None:
    """What the host is asked now."""
    row = await connection.fetchrow(
        f"SELECT {_DECISION} FROM surfacing.decision WHERE room_id = $1 AND outcome = 'open' AND expires_at > $2",
        room_id,
        now,
    )
    return _decision(row) if row else None


async def list_shown(
    connection: Connection, room_id: RoomId, since: datetime, before: datetime
) -> list[tuple[ProductId, datetime]]:
    """Which products came up or were suggested in a stretch of time, and when, the earliest first."""
    rows = await connection.fetch(
        """
        SELECT product_id, made_at FROM surfacing.decision
        WHERE room_id = $1 AND made_at >= $2 AND made_at < $3 AND outcome <> 'refused' ORDER BY made_at
        """,
        room_id,
        since,
        before,
    )
    return [(row["product_id"], row["made_at"]) for row in rows]


async def lock_suggestion(connection: Connection, room_id: RoomId, decision_id: UUID) -> Decision | None:
    """What the host was asked, held until the transaction ends."""
    row = await connection.fetchrow(
        f"""
        SELECT {_DECISION} FROM surfacing.decision
        WHERE decision_id = $2 AND room_id = $1 AND expires_at IS NOT NULL FOR UPDATE
        """,
        room_id,
        decision_id,
    )
    return _decision(row) if row else None


async def list_quiet(connection: Connection, room_id: RoomId, now: datetime) -> list[tuple[ProductId, datetime]]:
    """Which products the host does not want to hear of, and until when."""
    rows = await connection.fetch(
        """
        SELECT product_id, until_at FROM surfacing.quiet
        WHERE room_id = $1 AND until_at > $2 ORDER BY until_at DESC LIMIT $3
        """,
        room_id,
        now,
        MAX_QUIET,
    )
    return [(row["product_id"], row["until_at"]) for row in rows]
