"""A cue that the engine decided is carried out: the card comes up, or the host is asked."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import CueSource, CueWhy, RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing.room_rules import SAME_MOMENT, SUGGESTION_LIFE, Mode, Outcome

MIN_SHOW_MS = 1000


class LostRoomError(Exception):
    """The room is decided by another worker, or by its host alone."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine wants: this product from this moment of the picture on, for so long."""

    product_id: ProductId
    start_at: datetime
    show_ms: int
    code: str
    params: dict[str, str | int]
    confidence: float


async def carry_out(ctx: Context, holder: UUID, room_id: RoomId, wish: Wish) -> Outcome | None:
    """What became of it; None: it was decided before, or the host does not want to hear of it.

    Raises LostRoomError, UnavailableError.
    """
    now = utc_now()
    async with ctx.database.transaction() as connection:
        mode = await _hold(connection, holder, room_id)
        if await _is_settled(connection, room_id, wish, now):
            return None
        if mode is Mode.AUTO:
            outcome = await _show(connection, room_id, wish, now)
        else:
            outcome = await _ask(connection, room_id, wish, now)
        await _note(connection, room_id, wish, outcome, now)
    await ctx.broker.poke(POKE)
    return outcome


async def _hold(connection: Connection, holder: UUID, room_id: RoomId) -> Mode:
    """Whoever was away for longer than its lease must not decide any more, even if it does not know yet."""
    row = await connection.fetchrow(
        "SELECT mode, holder FROM surfacing.room_mode WHERE room_id = $1 FOR NO KEY UPDATE", room_id
    )
    if row is None or row["holder"] != holder or row["mode"] == Mode.MANUAL:
        raise LostRoomError
    return Mode(row["mode"])


async def _is_settled(connection: Connection, room_id: RoomId, wish: Wish, now: datetime) -> bool:
    return bool(
        await connection.fetchval(
            """
            SELECT EXISTS (
                SELECT FROM surfacing.decision
                WHERE room_id = $1 AND product_id = $2 AND outcome <> 'refused' AND start_at BETWEEN $3 AND $4
            ) OR EXISTS (
                SELECT FROM surfacing.quiet WHERE room_id = $1 AND product_id = $2 AND until_at > $5
            )
            """,
            room_id,
            wish.product_id,
            wish.start_at - SAME_MOMENT,
            wish.start_at + SAME_MOMENT,
            now,
        )
    )


async def _show(connection: Connection, room_id: RoomId, wish: Wish, now: datetime) -> Outcome:
    why = CueWhy(source=CueSource.AUTO, code=wish.code, params=wish.params, confidence=wish.confidence)
    until = now + timedelta(milliseconds=wish.show_ms)
    cue = await live.feature_by_platform(connection, room_id, wish.product_id, at=wish.start_at, until=until, why=why)
    return Outcome.SHOWN if isinstance(cue, live.Cue) else Outcome.REFUSED


async def _ask(connection: Connection, room_id: RoomId, wish: Wish, now: datetime) -> Outcome:
    if await live.find_cue_refusal(connection, room_id, wish.product_id):
        return Outcome.REFUSED
    await connection.execute(
        "UPDATE surfacing.decision SET outcome = 'replaced' WHERE room_id = $1 AND outcome = 'open'", room_id
    )
    return Outcome.OPEN


async def _note(connection: Connection, room_id: RoomId, wish: Wish, outcome: Outcome, now: datetime) -> None:
    await connection.execute(
        """
        INSERT INTO surfacing.decision (
            decision_id, room_id, product_id, start_at, show_ms, reason, confidence, made_at, expires_at, outcome
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        new_id(),
        room_id,
        wish.product_id,
        wish.start_at,
        max(MIN_SHOW_MS, wish.show_ms),
        {"code": wish.code, "params": wish.params},
        wish.confidence,
        now,
        now + SUGGESTION_LIFE if outcome is Outcome.OPEN else None,
        outcome,
    )
