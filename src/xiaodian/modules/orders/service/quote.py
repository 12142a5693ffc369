"""What an order would cost. Reserves nothing."""

import msgspec

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import Contract
from xiaodian.contracts.promotion import CouponRefusal
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.orders.rules import freight_minor, sum_lines
from xiaodian.modules.orders.service.checkout_input import QuoteInput, check_lines
from xiaodian.modules.orders.service.judge_order import Facts, find_coupon_wish, get_shop, price_lines
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops


class Quote(Contract, frozen=True, kw_only=True):
    """The sums of an order at the prices of now; `coupon_refused` says why a coupon takes nothing off."""

    subtotal_minor: int
    off_minor: int
    freight_minor: int
    total_minor: int
    currency: str
    coupon_refused: CouponRefusal | None


async def quote(database: Database, caller: Caller, wish: QuoteInput) -> Quote:
    """Price an order. Raises InvalidInputError."""
    check_lines(wish.lines)
    now = utc_now()
    sku_ids = {line.sku_id for line in wish.lines}
    in_room = {(wish.room_id, sku_id) for sku_id in sku_ids} if wish.room_id is not None else set()
    async with database.connection() as connection:
        facts = Facts(
            addresses={},
            room_ids=set(),
            live_prices=await promotion.live_prices(connection, in_room),
            shelf=await catalog.open_shelf(connection, sku_ids, lock=False),
            shops={},
            coupons=promotion.CouponBook([], {}),
            now=now,
            expires_at=now,
        )
        lines = price_lines(wish.lines, wish.room_id, facts)
        shop_ids = list({sku.shop_id for sku in facts.shelf.skus.values()})
        facts = msgspec.structs.replace(facts, shops=await shops.get_shops(connection, shop_ids))
        shop = get_shop(wish.lines, facts)
        currency = facts.shelf.skus[lines[0].sku_id].currency
        coupon_wish = find_coupon_wish(wish.coupon_code, caller.account_id, shop.shop_id, lines, currency)
        book = await promotion.open_coupon_book(connection, [coupon_wish] if coupon_wish else [], lock=False)
    verdict = book.judge(coupon_wish, now) if coupon_wish else None
    off_minor = verdict.off_minor if verdict else 0
    freight = freight_minor(lines)
    return Quote(
        subtotal_minor=sum_lines(lines),
        off_minor=off_minor,
        freight_minor=freight,
        total_minor=sum_lines(lines) - off_minor + freight,
        currency=currency,
        coupon_refused=verdict.refused if verdict else None,
    )
