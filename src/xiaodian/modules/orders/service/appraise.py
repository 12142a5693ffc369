"""What a wish costs by the facts, and what stands in its way. Checkout, quote and cart all price by this alone."""

from typing import Any
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import DomainError, InvalidInputError
from xiaodian.contracts.catalog import SkuAtSale, StockId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import (
    NoDeliveryError,
    NotOnSaleError,
    PriceChangedError,
    PurchaseLimitError,
    SoldElsewhereError,
    SoldOutError,
)
from xiaodian.contracts.promotion import PLATFORM, CouponRefusal, CouponVerdict, CouponWish, FlashSale
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.orders.checkout_rules import most_platform_off, spread_over_lines, spread_over_orders
from xiaodian.modules.orders.service.appraisal import Appraisal, JudgedCoupon, LineAppraisal, ShopAppraisal
from xiaodian.modules.orders.service.checkout_facts import Facts
from xiaodian.modules.orders.service.checkout_input import LineInput, Wish
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops


def appraise(buyer_id: AccountId, wish: Wish, facts: Facts, region: str) -> Appraisal:
    """Price a wish; nothing is taken. `region` is where it goes; empty if that is not known yet.

    Raises InvalidInputError for what no shop could make sense of.
    """
    parts = _price_lines(buyer_id, wish, facts)
    appraisal = Appraisal(parts, parts[0].currency)
    for part in parts:
        if part.currency != appraisal.currency:
            raise InvalidInputError(field="lines", reason="several_currencies")
        if part.said is not None and part.said.coupon_code is not None:
            _take_shop_coupon_off(part, part.said.coupon_code, buyer_id, facts)
        if facts.freight.may_charge(part.shop.shop_id):
            _add_freight(part, region, facts)
    if wish.platform_coupon_code is not None:
        _take_platform_coupon_off(appraisal, wish.platform_coupon_code, buyer_id, facts)
    return appraisal


def _price_lines(buyer_id: AccountId, wish: Wish, facts: Facts) -> list[ShopAppraisal]:
    parts: dict[ShopId, ShopAppraisal] = {}
    counted: dict[UUID, int] = {}
    for shown in wish.lines:
        sku = facts.shelf.skus.get(StockId(shown.sku_id))
        if sku is None or sku.stock_id != sku.sku_id:
            raise InvalidInputError(field="lines", reason="unknown_sku", sku_id=str(shown.sku_id))
        part = parts.get(sku.shop_id)
        if part is None:
            part = parts[sku.shop_id] = ShopAppraisal(facts.shops[sku.shop_id], sku.currency)
        line = _price_line(buyer_id, shown, sku, facts, counted)
        part.lines.append(line)
        part.subtotal_minor += line.amount_minor
    for said in wish.shops:
        if (part := parts.get(said.shop_id)) is None:
            raise InvalidInputError(field="shops", reason="unknown_shop", shop_id=str(said.shop_id))
        part.said = said
    return list(parts.values())


def _price_line(
    buyer_id: AccountId, shown: LineInput, sku: SkuAtSale, facts: Facts, counted: dict[UUID, int]
) -> LineAppraisal:
    """One line. `counted` is what earlier lines of the same wish count against limits."""
    if shown.room_id is not None and shown.video_id is not None:
        raise InvalidInputError(field="lines", reason="room_or_video")
    room_id, live_minor, flash, flash_left = None, None, None, 0
    if shown.room_id is not None:
        room_id = _find_room(shown.room_id, sku, facts)
        live_minor = facts.live_prices.get((room_id, sku.sku_id)) if room_id is not None else None
    if facts.flash_sales:
        flash = _find_flash_sale(buyer_id, shown, facts)
        flash_left = facts.shelf.left(flash.flash_sale_id) if flash is not None else 0
    price_minor, flash_id = promotion.choose_price(sku.price_minor, live_minor, flash, flash_left, shown.quantity)
    video_id = _find_video(shown.video_id, sku, facts) if shown.video_id is not None else None
    line = LineAppraisal(
        sku=sku,
        stock_id=flash_id or sku.stock_id,
        room_id=room_id,
        video_id=video_id,
        video_at_ms=shown.video_at_ms if video_id is not None else None,
        quantity=shown.quantity,
        price_minor=price_minor,
        amount_minor=price_minor * shown.quantity,
    )
    line.problem = _find_problem(line, shown, facts, buyer_id)
    if flash is not None and flash_id is not None:
        _count_against(flash_id, flash.limit_per_buyer, buyer_id, line, facts, counted)
    _count_against(sku.product_id, sku.limit_per_buyer, buyer_id, line, facts, counted)
    return line


def _find_room(room_id: RoomId, sku: SkuAtSale, facts: Facts) -> RoomId | None:
    """The room, if it has the product in its bag now; else it is bought as if outside of any room."""
    counter = facts.counters.get(room_id)
    return room_id if counter is not None and sku.product_id in counter.product_ids else None


def _find_video(video_id: VideoId, sku: SkuAtSale, facts: Facts) -> VideoId | None:
    """The video, if it is published with the product in its bag; else it is bought as if outside of any."""
    counter = facts.video_counters.get(video_id)
    return video_id if counter is not None and sku.product_id in counter.product_ids else None


def _find_flash_sale(buyer_id: AccountId, shown: LineInput, facts: Facts) -> FlashSale | None:
    """The flash sale under way, if it is for this buyer already.

    Who has had the share of it may still buy at the ordinary price, if shown that.
    """
    sale = facts.flash_sales.get(shown.sku_id)
    if sale is None or sale.flash_sale_id not in facts.shelf.skus:
        return None
    if not promotion.is_open_to(sale, facts.standings.get((sale.shop_id, buyer_id)), facts.now):
        return None
    if sale.limit_per_buyer is not None and shown.price_minor != sale.price_minor:
        left = facts.limits.left(sale.flash_sale_id, buyer_id, sale.limit_per_buyer)
        return sale if left >= shown.quantity else None
    return sale


def _find_problem(line: LineAppraisal, shown: LineInput, facts: Facts, buyer_id: AccountId) -> DomainError | None:
    """What keeps a line from being sold as it was shown; in a sandbox shop only its made-up owner buys."""
    sku = line.sku
    if sku.is_external:
        return _refuse(SoldElsewhereError, sku, facts)
    shop = facts.shops[sku.shop_id]
    if not sku.on_sale or (shop.is_sandbox and buyer_id != shop.owner_id):
        return _refuse(NotOnSaleError, sku, facts)
    available = facts.shelf.left(line.stock_id)
    if available < line.quantity:
        return _refuse(SoldOutError, sku, facts, available=available)
    if shown.price_minor != line.price_minor:
        return _refuse(PriceChangedError, sku, facts, price_minor=line.price_minor)
    return None


def _count_against(
    limit_id: UUID,
    limit: int | None,
    buyer_id: AccountId,
    line: LineAppraisal,
    facts: Facts,
    counted: dict[UUID, int],
) -> None:
    if limit is None:
        return
    left = max(0, facts.limits.left(limit_id, buyer_id, limit) - counted.get(limit_id, 0))
    if left < line.quantity and line.problem is None:
        line.problem = _refuse(PurchaseLimitError, line.sku, facts, limit=limit, left=left)
    counted[limit_id] = counted.get(limit_id, 0) + line.quantity
    line.limit_ids = [*line.limit_ids, limit_id]
    line.limit_per_buyer = min(limit, line.limit_per_buyer or limit)
    if line.limit_left is None or left < line.limit_left[1]:
        line.limit_left = (limit, left)


def _refuse(error: type[DomainError], sku: SkuAtSale, facts: Facts, **params: Any) -> DomainError:
    """What is wrong, and with what, for the buyer's page."""
    return error(field="lines", sku_id=str(sku.sku_id), shop_name=facts.shops[sku.shop_id].name, **params)


def _to_coupon_wish(code: str, buyer_id: AccountId, shop_id: ShopId, goods_minor: int, currency: str) -> CouponWish:
    return CouponWish(code=code, account_id=buyer_id, shop_id=shop_id, subtotal_minor=goods_minor, currency=currency)


def _take_shop_coupon_off(part: ShopAppraisal, code: str, buyer_id: AccountId, facts: Facts) -> None:
    wish = _to_coupon_wish(code, buyer_id, part.shop.shop_id, part.subtotal_minor, part.currency)
    verdict = facts.coupons.judge(wish, facts.now)
    part.coupon = JudgedCoupon(wish, verdict)
    part.off_minor = verdict.off_minor
    amounts = [line.amount_minor for line in part.lines]
    for line, line_minor in zip(part.lines, spread_over_lines(part.off_minor, amounts), strict=True):
        line.off_minor = line_minor


def _take_platform_coupon_off(appraisal: Appraisal, code: str, buyer_id: AccountId, facts: Facts) -> None:
    goods = [part.goods_minor for part in appraisal.shops]
    wish = _to_coupon_wish(code, buyer_id, PLATFORM, sum(goods), appraisal.currency)
    verdict = facts.coupons.judge(wish, facts.now)
    off_minor = min(verdict.off_minor, most_platform_off(goods))
    if verdict.refused is None and off_minor == 0:
        verdict = CouponVerdict(coupon_id=None, off_minor=0, refused=CouponRefusal.MIN_SPEND)
    appraisal.coupon = JudgedCoupon(wish, msgspec.structs.replace(verdict, off_minor=off_minor))
    if not off_minor:
        return
    for part, part_minor in zip(appraisal.shops, spread_over_orders(off_minor, goods), strict=True):
        part.platform_off_minor = part_minor
        amounts = [line.amount_minor - line.off_minor for line in part.lines]
        for line, line_minor in zip(part.lines, spread_over_lines(part_minor, amounts), strict=True):
            line.platform_off_minor = line_minor


def _add_freight(part: ShopAppraisal, region: str, facts: Facts) -> None:
    """Carriage of what a shop sends; what it does not deliver there has that as its problem."""
    parcels = [
        shops.Parcel(
            line.sku.freight_template_id,
            line.sku.weight_g * line.quantity,
            line.amount_minor - line.off_minor,
            line.sku.sku_id,
        )
        for line in part.lines
    ]
    undeliverable = facts.freight.find_undeliverable(part.shop.shop_id, region, parcels)
    for line in part.lines if undeliverable else ():
        if line.sku.sku_id in undeliverable and line.problem is None:
            line.problem = _refuse(NoDeliveryError, line.sku, facts, region=region)
    deliverable = [parcel for parcel in parcels if parcel.sku_id not in undeliverable]
    part.freight_minor = facts.freight.reckon(part.shop.shop_id, region, deliverable)
