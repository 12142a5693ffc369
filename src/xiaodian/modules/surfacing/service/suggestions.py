"""The host is asked, and answers: yes, or not now."""

from datetime import timedelta
from uuid import UUID

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import CueSource, CueWhy, RoomId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing import room_queries
from xiaodian.modules.surfacing.room_queries import Decision
from xiaodian.modules.surfacing.room_rules import QUIET, Outcome
from xiaodian.modules.surfacing.service.room_host import get_own_room

ANSWERED_LATE = timedelta(minutes=1)
"""A tap that was on its way while the suggestion ran out still counts."""


async def accept_suggestion(ctx: Context, caller: Caller, room_id: RoomId, suggestion_id: UUID) -> live.Cue:
    """The suggested card comes up, at the moment of the picture for which it was suggested.

    Doing it again while it is up changes nothing. Raises NotFoundError, ForbiddenError, RoomEndedError, NotInBagError,
    InvalidInputError.
    """
    now = utc_now()
    async with ctx.database.transaction() as connection:
        await get_own_room(connection, caller, room_id)
        asked = await room_queries.lock_suggestion(connection, room_id, suggestion_id)
        if asked is None or asked.expires_at is None or now > asked.expires_at + ANSWERED_LATE:
            raise NotFoundError
        await _settle(connection, asked, Outcome.ACCEPTED)
    # A tap whose second half was lost is made whole by the next: featuring what is up already changes nothing.
    why = CueWhy(source=CueSource.SUGGESTED, code=asked.code, params=asked.params, confidence=asked.confidence)
    return await live.feature_product(
        ctx,
        caller,
        room_id,
        asked.product_id,
        at_ms=to_epoch_ms(asked.start_at),
        why=why,
        until=now + timedelta(milliseconds=asked.show_ms),
    )


async def dismiss_suggestion(ctx: Context, caller: Caller, room_id: RoomId, suggestion_id: UUID) -> None:
    """Not now: the product is left alone for a while. Raises NotFoundError, ForbiddenError, RoomEndedError."""
    async with ctx.database.transaction() as connection:
        await get_own_room(connection, caller, room_id)
        asked = await room_queries.lock_suggestion(connection, room_id, suggestion_id)
        if asked is None:
            raise NotFoundError
        if asked.outcome is Outcome.OPEN:
            await _settle(connection, asked, Outcome.DISMISSED)
            await _be_quiet(connection, room_id, asked.product_id)


async def quiet_product(ctx: Context, caller: Caller, room_id: RoomId, product_id: ProductId) -> None:
    """The platform's card of this product goes, and none comes for a while; the host's own is left alone.

    Raises NotFoundError, ForbiddenError, RoomEndedError.
    """
    async with ctx.database.transaction() as connection:
        await get_own_room(connection, caller, room_id)
        # The room first, as everybody takes it.
        await live.take_down_by_platform(connection, room_id, product_id)
        await connection.execute(
            """
            UPDATE surfacing.decision SET outcome = 'dismissed'
            WHERE room_id = $1 AND product_id = $2 AND outcome = 'open'
            """,
            room_id,
            product_id,
        )
        await _be_quiet(connection, room_id, product_id)
    await ctx.broker.poke(POKE)


async def speak_again(ctx: Context, caller: Caller, room_id: RoomId, product_id: ProductId) -> None:
    """The product may come up again. Raises NotFoundError, ForbiddenError, RoomEndedError."""
    async with ctx.database.transaction() as connection:
        await get_own_room(connection, caller, room_id)
        await connection.execute(
            "DELETE FROM surfacing.quiet WHERE room_id = $1 AND product_id = $2", room_id, product_id
        )


async def _settle(connection: Connection, asked: Decision, outcome: Outcome) -> None:
    await connection.execute(
        "UPDATE surfacing.decision SET outcome = $2 WHERE decision_id = $1", asked.decision_id, outcome
    )


async def _be_quiet(connection: Connection, room_id: RoomId, product_id: ProductId) -> None:
    await connection.execute(
        """
        INSERT INTO surfacing.quiet (room_id, product_id, until_at) VALUES ($1, $2, $3)
        ON CONFLICT (room_id, product_id) DO UPDATE SET until_at = excluded.until_at
        """,
        room_id,
        product_id,
        utc_now() + QUIET,
    )
