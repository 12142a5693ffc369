"""Prices that hold in one room."""

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.live import RoomId
from xiaodian.infra.database import Connection

MAX_PRICE_MINOR = 100_000_000


async def set_live_price(connection: Connection, room_id: RoomId, sku_id: SkuId, price_minor: int) -> None:
    """From now on the SKU costs this in the room. Inside the caller's transaction. Raises InvalidInputError."""
    if not 1 <= price_minor <= MAX_PRICE_MINOR:
        raise InvalidInputError(field="price_minor", reason="out_of_range")
    await connection.execute(
        """
        INSERT INTO promotion.live_price (room_id, sku_id, price_minor) VALUES ($1, $2, $3)
        ON CONFLICT (room_id, sku_id) DO UPDATE SET price_minor = excluded.price_minor
        """,
        room_id,
        sku_id,
        price_minor,
    )


async def clear_live_price(connection: Connection, room_id: RoomId, sku_id: SkuId) -> None:
    """The SKU costs its ordinary price in the room again. Inside the caller's transaction."""
    await connection.execute("DELETE FROM promotion.live_price WHERE room_id = $1 AND sku_id = $2", room_id, sku_id)
