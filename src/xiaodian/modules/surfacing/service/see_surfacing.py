"""What the host's console shows of surfacing in a room."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.live import RoomId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.surfacing import room_queries
from xiaodian.modules.surfacing.room_queries import Decision
from xiaodian.modules.surfacing.service.room_host import get_own_room
from xiaodian.modules.surfacing.wire_rooms import QuietProduct, SuggestionView, SurfacingView


async def see_surfacing(ctx: Context, caller: Caller, room_id: RoomId) -> SurfacingView:
    """Mode, what the host is asked, and what is left alone. Raises NotFoundError, ForbiddenError."""
    now = utc_now()
    async with ctx.database.connection() as connection:
        room = await get_own_room(connection, caller, room_id, even_if_ended=True)
        mode = await room_queries.find_mode(connection, room_id)
        suggestion = await room_queries.find_open_suggestion(connection, room_id, now)
        heard_at = await room_queries.find_last_heard(connection, room_id)
        return SurfacingView(
            mode=mode or await room_queries.get_host_mode(connection, room.host_id),
            suggestion=_show(suggestion) if suggestion else None,
            quiet=[
                QuietProduct(product_id=product_id, until_ms=to_epoch_ms(until))
                for product_id, until in await room_queries.list_quiet(connection, room_id, now)
            ],
            heard_at_ms=to_epoch_ms(heard_at) if heard_at else None,
            server_now_ms=to_epoch_ms(now),
        )


def _show(asked: Decision) -> SuggestionView:
    return SuggestionView(
        suggestion_id=asked.decision_id,
        product_id=asked.product_id,
        code=asked.code,
        params=asked.params,
        confidence=round(asked.confidence, 3),
        expires_at_ms=to_epoch_ms(asked.expires_at or asked.made_at),
    )
