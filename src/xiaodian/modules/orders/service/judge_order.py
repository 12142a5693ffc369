"""Whether a checkout's orders can be placed, decided in plain Python against facts that the transaction has locked."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from xiaodian.contracts.accounts import AccountId, Address
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import CheckoutId, Line, Order, OrderId, OrderState
from xiaodian.kit.ids import new_id
from xiaodian.kit.masking import mask_name
from xiaodian.modules.orders.service.appraisal import Appraisal, LineAppraisal, ShopAppraisal
from xiaodian.modules.orders.service.appraise import appraise
from xiaodian.modules.orders.service.checkout_facts import Facts
from xiaodian.modules.orders.service.checkout_input import CheckoutInput


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A checkout that wants to be placed, with the id that it would have."""

    checkout_id: CheckoutId
    buyer_id: AccountId
    buyer_name: str
    expires_at: datetime
    wish: CheckoutInput


def judge_checkout(candidate: Candidate, facts: Facts, numbers: Iterator[tuple[int, str]]) -> list[Order]:
    """One order a shop, goods taken from the shelf, coupons redeemed, limits counted. On a refusal nothing is taken.

    `numbers` are serials with their numbers. Raises InvalidInputError, ShopClosedError, NotOnSaleError, SoldOutError,
    PriceChangedError, PurchaseLimitError, NoDeliveryError, CouponRefusedError.
    """
    wish = candidate.wish
    address = facts.addresses.get((candidate.buyer_id, wish.address_id))
    if address is None:
        raise InvalidInputError(field="address_id", reason="unknown")
    appraisal = appraise(candidate.buyer_id, wish, facts, address.region)
    problem = appraisal.find_problem()
    if problem is not None:
        raise problem
    orders = [_make_order(candidate, appraisal, part, address, facts, *next(numbers)) for part in appraisal.shops]
    _take(candidate, appraisal, orders, facts)
    return orders


def _take(candidate: Candidate, appraisal: Appraisal, orders: list[Order], facts: Facts) -> None:
    for part, order in zip(appraisal.shops, orders, strict=True):
        facts.shelf.take([(line.stock_id, line.quantity) for line in part.lines])
        for line in part.lines:
            for limit_id in line.limit_ids:
                facts.limits.count(limit_id, candidate.buyer_id, line.quantity)
        if part.coupon is not None:
            facts.coupons.redeem(part.coupon.wish, part.coupon.verdict, order.order_id)
    if appraisal.coupon is not None:
        facts.coupons.redeem(appraisal.coupon.wish, appraisal.coupon.verdict, candidate.checkout_id)


def _make_order(
    candidate: Candidate,
    appraisal: Appraisal,
    part: ShopAppraisal,
    address: Address,
    facts: Facts,
    serial: int,
    number: str,
) -> Order:
    platform_coupon = appraisal.coupon if part.platform_off_minor else None
    return Order(
        shop_id=part.shop.shop_id,
        order_id=OrderId(new_id()),
        checkout_id=candidate.checkout_id,
        serial=serial,
        number=number,
        shop_name=part.shop.name,
        buyer_id=candidate.buyer_id,
        buyer_name=mask_name(candidate.buyer_name),
        room_id=next((line.room_id for line in part.lines if line.room_id is not None), None),
        state=OrderState.PENDING_PAYMENT,
        currency=part.currency,
        subtotal_minor=part.subtotal_minor,
        off_minor=part.off_minor,
        platform_off_minor=part.platform_off_minor,
        freight_minor=part.freight_minor,
        total_minor=part.total_minor,
        coupon_id=part.coupon.verdict.coupon_id if part.coupon is not None else None,
        platform_coupon_id=platform_coupon.verdict.coupon_id if platform_coupon is not None else None,
        recipient=address.recipient,
        phone=address.phone,
        region=address.region,
        detail=address.detail,
        is_quiet=candidate.wish.is_quiet,
        note=part.said.note if part.said is not None else "",
        placed_at=facts.now,
        expires_at=candidate.expires_at,
        lines=[_make_line(number, line, facts) for number, line in enumerate(part.lines)],
    )


def _make_line(line_no: int, line: LineAppraisal, facts: Facts) -> Line:
    sku = line.sku
    creator_id, commission_bp = None, 0
    seller_id = _find_seller(line, facts)
    if seller_id is not None:
        commission_bp = facts.commissions.get((seller_id, sku.product_id), 0)
        creator_id = seller_id if commission_bp else None
    return Line(
        line_no=line_no,
        product_id=sku.product_id,
        sku_id=sku.sku_id,
        stock_id=line.stock_id,
        title=sku.product_title,
        sku_name=sku.sku_name,
        picture_url=sku.picture_url,
        category=sku.category,
        quantity=line.quantity,
        price_minor=line.price_minor,
        amount_minor=line.amount_minor,
        off_minor=line.off_minor,
        platform_off_minor=line.platform_off_minor,
        # The platform's books have no part in what is played.
        fee_bp=0 if facts.shops[sku.shop_id].is_sandbox else sku.fee_bp,
        room_id=line.room_id,
        video_id=line.video_id,
        video_at_ms=line.video_at_ms,
        creator_id=creator_id,
        commission_bp=commission_bp,
        limit_ids=line.limit_ids,
    )


def _find_seller(line: LineAppraisal, facts: Facts) -> AccountId | None:
    """Who held it up: the room's host, the video's creator."""
    if line.room_id is not None:
        return facts.counters[line.room_id].host_id
    return facts.video_counters[line.video_id].creator_id if line.video_id is not None else None
