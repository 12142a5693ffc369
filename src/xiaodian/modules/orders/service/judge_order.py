"""Whether an order can be placed, decided in plain Python against facts that the transaction has locked."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from xiaodian.contracts.accounts import AccountId, Address, AddressId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import SkuAtSale, SkuId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import (
    Line,
    NotOnSaleError,
    Order,
    OrderId,
    OrderState,
    PriceChangedError,
    ShopClosedError,
    SoldOutError,
)
from xiaodian.contracts.promotion import CouponRefusedError, CouponVerdict, CouponWish
from xiaodian.contracts.shops import Shop, ShopId
from xiaodian.kit.masking import mask_name
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.orders.rules import freight_minor, sum_lines
from xiaodian.modules.orders.service.checkout_input import CheckoutInput, LineInput
from xiaodian.modules.promotion import api as promotion


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that deciding needs to know. Deciding takes from the shelf and the coupon book."""

    addresses: dict[AddressId, Address]
    room_ids: set[RoomId]
    live_prices: dict[tuple[RoomId, SkuId], int]
    shelf: catalog.Shelf
    shops: dict[ShopId, Shop]
    coupons: promotion.CouponBook
    now: datetime
    expires_at: datetime

    def price_minor(self, room_id: RoomId | None, sku: SkuAtSale) -> int:
        """What one piece costs now: the room's price if it has one, but never more than the ordinary price."""
        if room_id is None:
            return sku.price_minor
        return min(sku.price_minor, self.live_prices.get((room_id, sku.sku_id), sku.price_minor))


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An order that wants to be placed, with the id and number it would have."""

    order_id: OrderId
    serial: int
    number: str
    buyer_id: AccountId
    buyer_name: str
    wish: CheckoutInput


def judge_order(candidate: Candidate, facts: Facts) -> Order:
    """The order, its goods taken from the shelf and its coupon redeemed. On a refusal nothing is taken.

    Raises InvalidInputError, ShopClosedError, NotOnSaleError, PriceChangedError, SoldOutError, CouponRefusedError.
    """
    wish = candidate.wish
    address = facts.addresses.get(wish.address_id)
    if address is None:
        raise InvalidInputError(field="address_id", reason="unknown")
    if wish.room_id is not None and wish.room_id not in facts.room_ids:
        raise InvalidInputError(field="room_id", reason="unknown")
    lines = price_lines(wish.lines, wish.room_id, facts)
    shop = get_shop(wish.lines, facts)
    _check_as_shown(wish, shop, lines, facts)
    order = _make_order(candidate, shop, address, lines, facts)
    wanted = [(line.sku_id, line.quantity) for line in lines]
    short = facts.shelf.find_shortage(wanted)
    if short is not None:
        raise SoldOutError(field="lines", sku_id=str(short), available=facts.shelf.left(short))
    order = _redeem_coupon(order, wish, facts)
    facts.shelf.take(wanted)
    return order


def price_lines(lines: Sequence[LineInput], room_id: RoomId | None, facts: Facts) -> list[Line]:
    """The lines at the prices of now. Raises InvalidInputError for an unknown SKU."""
    return [_price_line(line, room_id, facts) for line in lines]


def _price_line(line: LineInput, room_id: RoomId | None, facts: Facts) -> Line:
    sku = facts.shelf.skus.get(line.sku_id)
    if sku is None:
        raise InvalidInputError(field="lines", reason="unknown_sku", sku_id=str(line.sku_id))
    price_minor = facts.price_minor(room_id, sku)
    return Line(
        product_id=sku.product_id,
        sku_id=sku.sku_id,
        title=sku.product_title,
        sku_name=sku.sku_name,
        picture_url=sku.picture_url,
        quantity=line.quantity,
        price_minor=price_minor,
        amount_minor=price_minor * line.quantity,
    )


def get_shop(lines: Sequence[LineInput], facts: Facts) -> Shop:
    """The one shop that sells all the lines. Raises InvalidInputError if there are several."""
    shop_ids = {facts.shelf.skus[line.sku_id].shop_id for line in lines}
    if len(shop_ids) > 1:
        raise InvalidInputError(field="lines", reason="several_shops")
    return facts.shops[shop_ids.pop()]


def find_coupon_wish(
    code: str | None, account_id: AccountId, shop_id: ShopId, lines: Sequence[Line], currency: str
) -> CouponWish | None:
    """What is asked of promotion; None if the buyer has no coupon."""
    if code is None:
        return None
    return CouponWish(
        code=code, account_id=account_id, shop_id=shop_id, subtotal_minor=sum_lines(lines), currency=currency
    )


def _check_as_shown(wish: CheckoutInput, shop: Shop, lines: Sequence[Line], facts: Facts) -> None:
    """What the buyer saw must still be so."""
    if not shop.is_open:
        raise ShopClosedError(shop_name=shop.name)
    for shown, line in zip(wish.lines, lines, strict=True):
        if not facts.shelf.skus[line.sku_id].on_sale:
            raise NotOnSaleError(field="lines", sku_id=str(line.sku_id))
        if shown.price_minor != line.price_minor:
            raise PriceChangedError(field="lines", sku_id=str(line.sku_id), price_minor=line.price_minor)


def _make_order(candidate: Candidate, shop: Shop, address: Address, lines: list[Line], facts: Facts) -> Order:
    subtotal_minor = sum_lines(lines)
    freight = freight_minor(lines)
    return Order(
        shop_id=shop.shop_id,
        order_id=candidate.order_id,
        serial=candidate.serial,
        number=candidate.number,
        shop_name=shop.name,
        buyer_id=candidate.buyer_id,
        buyer_name=mask_name(candidate.buyer_name),
        room_id=candidate.wish.room_id,
        state=OrderState.PENDING_PAYMENT,
        currency=facts.shelf.skus[lines[0].sku_id].currency,
        subtotal_minor=subtotal_minor,
        off_minor=0,
        freight_minor=freight,
        total_minor=subtotal_minor + freight,
        coupon_id=None,
        recipient=address.recipient,
        phone=address.phone,
        region=address.region,
        detail=address.detail,
        is_quiet=candidate.wish.is_quiet,
        note=candidate.wish.note,
        placed_at=facts.now,
        expires_at=facts.expires_at,
        paid_at=None,
        shipped_at=None,
        carrier=None,
        tracking_number=None,
        completes_at=None,
        closed_at=None,
        lines=lines,
    )


def _redeem_coupon(order: Order, wish: CheckoutInput, facts: Facts) -> Order:
    coupon_wish = find_coupon_wish(wish.coupon_code, order.buyer_id, order.shop_id, order.lines, order.currency)
    if coupon_wish is None:
        return order
    verdict: CouponVerdict = facts.coupons.judge(coupon_wish, facts.now)
    if verdict.refused is not None:
        raise CouponRefusedError(field="coupon_code", reason=verdict.refused)
    facts.coupons.redeem(coupon_wish, verdict, order.order_id)
    return msgspec.structs.replace(
        order,
        coupon_id=verdict.coupon_id,
        off_minor=verdict.off_minor,
        total_minor=order.total_minor - verdict.off_minor,
    )
