"""What the open API does with coupons and flash sales, by the use cases of promotion."""

from uuid import UUID

from xiaodian.contracts.accounts import Scope
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.infra.outbox_relay import POKE
from xiaodian.modules.integrations import wire_promotion as wire
from xiaodian.modules.integrations.call import Call
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops


async def list_coupons(call: Call, *, before: UUID | None, limit: int) -> list[wire.Coupon]:
    """The newest first. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.PROMOTION_READ)
        found = await promotion.list_coupons(connection, call.shop_id, before=before, limit=limit)
    return [to_coupon(coupon) for coupon in found]


async def list_flash_sales(call: Call, *, before: UUID | None, limit: int) -> list[wire.FlashSale]:
    """The newest first. Raises NotFoundError, ForbiddenError."""
    async with call.ctx.database.connection() as connection:
        await shops.require_right(connection, call.caller, call.shop_id, Scope.PROMOTION_READ)
        found = await promotion.list_flash_sales(connection, call.shop_id, before=before, limit=limit)
        return await _show(connection, found)


async def create_flash_sale(ctx: Context, call: Call, new: promotion.NewFlashSale) -> wire.FlashSale:
    """Raises NotFoundError, ForbiddenError, InvalidInputError, DishonestPriceError, FlashSaleOverlapsError."""
    sale = await promotion.create_flash_sale(ctx.database, call.caller, call.shop_id, new)
    async with ctx.database.connection() as connection:
        return (await _show(connection, [sale]))[0]


async def end_flash_sale(call: Call, flash_sale_id: UUID) -> wire.FlashSale:
    """Raises NotFoundError, ForbiddenError."""
    sale = await promotion.end_flash_sale(call.ctx.database, call.caller, flash_sale_id)
    await call.ctx.broker.poke(POKE)
    async with call.ctx.database.connection() as connection:
        return (await _show(connection, [sale]))[0]


def to_coupon(coupon: promotion.Coupon) -> wire.Coupon:
    """As it goes out."""
    return to_wire(wire.Coupon, promotion.to_coupon_view(coupon), own_id="coupon_id")


async def _show(connection: Connection, sales: list[promotion.FlashSaleRow]) -> list[wire.FlashSale]:
    views = await promotion.show_flash_sales(connection, sales)
    return [to_wire(wire.FlashSale, view, own_id="flash_sale_id") for view in views]
