"""Place the orders that arrived together, in one transaction of a few statements."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import DomainError
from xiaodian.contracts.orders import Order, OrderId, OrderPlaced
from xiaodian.contracts.promotion import CouponWish
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.service.checkout_input import CheckoutInput
from xiaodian.modules.orders.service.idempotency import (
    KeptAnswer,
    Key,
    check_same_body,
    decode_refusal,
    encode_refusal,
    find_answers,
    keep_answers,
)
from xiaodian.modules.orders.service.judge_order import (
    Candidate,
    Facts,
    find_coupon_wish,
    get_shop,
    judge_order,
    price_lines,
)
from xiaodian.modules.orders.service.serials import Serials
from xiaodian.modules.orders.service.write_orders import write_orders
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops


class PlaceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One checkout that waits for its answer."""

    buyer_id: AccountId
    buyer_name: str
    key: str
    body_hash: bytes
    wish: CheckoutInput

    @property
    def answer_key(self) -> Key:
        """What its answer is kept under."""
        return self.buyer_id, self.key


async def place_orders(ctx: Context, serials: Serials, requests: Sequence[PlaceRequest]) -> list[Order | DomainError]:
    """One answer per request, in order: the order placed (now or by the same request before), or why not.

    The keys of the requests differ. Raises UnavailableError or KeyTakenError with nothing written.
    """
    numbers = await serials.take(len(requests))
    async with ctx.database.transaction() as connection:
        kept = await find_answers(connection, [request.answer_key for request in requests])
        answers = await _replay(connection, requests, kept)
        fresh = [
            (request, _to_candidate(request, *number))
            for request, number in zip(requests, numbers, strict=True)
            if request.answer_key not in kept
        ]
        if fresh:
            answers |= await _place(connection, fresh, ctx.settings.payment_minutes)
    return [answers[request.answer_key] for request in requests]


async def _replay(
    connection: Connection, requests: Sequence[PlaceRequest], kept: dict[Key, KeptAnswer]
) -> dict[Key, Order | DomainError]:
    """The answers that were given before."""
    if not kept:
        return {}
    orders = await queries.find_orders(connection, [one.order_id for one in kept.values() if one.order_id])
    answers: dict[Key, Order | DomainError] = {}
    for request in requests:
        if (one := kept.get(request.answer_key)) is None:
            continue
        try:
            check_same_body(one, request.body_hash)
            answers[one.key] = orders[one.order_id] if one.order_id else decode_refusal(one.answer or b"")
        except DomainError as error:
            answers[one.key] = error
    return answers


def _to_candidate(request: PlaceRequest, serial: int, number: str) -> Candidate:
    return Candidate(
        order_id=OrderId(new_id()),
        serial=serial,
        number=number,
        buyer_id=request.buyer_id,
        buyer_name=request.buyer_name,
        wish=request.wish,
    )


async def _place(
    connection: Connection, fresh: Sequence[tuple[PlaceRequest, Candidate]], payment_minutes: int
) -> dict[Key, Order | DomainError]:
    facts = await _get_facts(connection, [candidate for _, candidate in fresh], payment_minutes)
    answers: dict[Key, Order | DomainError] = {}
    for request, candidate in fresh:
        try:
            answers[request.answer_key] = judge_order(candidate, facts)
        except DomainError as refusal:
            answers[request.answer_key] = refusal
    placed = [answer for answer in answers.values() if isinstance(answer, Order)]
    await catalog.reserve_taken(connection, facts.shelf)
    await promotion.write_redemptions(connection, facts.coupons)
    await write_orders(connection, placed)
    await outbox.emit(connection, *(_to_event(order) for order in placed))
    await keep_answers(connection, [_to_kept(request, answers) for request, _ in fresh], facts.now)
    return answers


async def _get_facts(connection: Connection, candidates: Sequence[Candidate], payment_minutes: int) -> Facts:
    """Read what deciding needs; what many want at once (stock, coupons) last, so that it is locked for a short time."""
    now = utc_now()
    wishes = [candidate.wish for candidate in candidates]
    room_ids = {wish.room_id for wish in wishes if wish.room_id is not None}
    in_rooms = {(wish.room_id, line.sku_id) for wish in wishes if wish.room_id is not None for line in wish.lines}
    facts = Facts(
        addresses=await accounts.get_addresses(
            connection, [(candidate.buyer_id, candidate.wish.address_id) for candidate in candidates]
        ),
        room_ids=set(await live.get_rooms(connection, room_ids)) if room_ids else set(),
        live_prices=await promotion.live_prices(connection, in_rooms),
        shelf=await catalog.open_shelf(connection, {line.sku_id for wish in wishes for line in wish.lines}, lock=True),
        shops={},
        coupons=promotion.CouponBook([], {}),
        now=now,
        expires_at=now + timedelta(minutes=payment_minutes),
    )
    facts = msgspec.structs.replace(
        facts, shops=await shops.get_shops(connection, list({sku.shop_id for sku in facts.shelf.skus.values()}))
    )
    wanted = [wish for candidate in candidates if (wish := _find_coupon_wish(candidate, facts)) is not None]
    return msgspec.structs.replace(facts, coupons=await promotion.open_coupon_book(connection, wanted, lock=True))


def _find_coupon_wish(candidate: Candidate, facts: Facts) -> CouponWish | None:
    wish = candidate.wish
    if wish.coupon_code is None:
        return None
    try:
        lines = price_lines(wish.lines, wish.room_id, facts)
        shop = get_shop(wish.lines, facts)
    except DomainError:
        return None  # It will be refused for this, coupon or not.
    currency = facts.shelf.skus[lines[0].sku_id].currency
    return find_coupon_wish(wish.coupon_code, candidate.buyer_id, shop.shop_id, lines, currency)


def _to_event(order: Order) -> OrderPlaced:
    return OrderPlaced(
        order_id=order.order_id,
        shop_id=order.shop_id,
        buyer_id=order.buyer_id,
        room_id=order.room_id,
        total_minor=order.total_minor,
        currency=order.currency,
        expires_at_ms=to_epoch_ms(order.expires_at),
    )


def _to_kept(request: PlaceRequest, answers: dict[Key, Order | DomainError]) -> KeptAnswer:
    answer = answers[request.answer_key]
    if isinstance(answer, Order):
        return KeptAnswer(key=request.answer_key, body_hash=request.body_hash, order_id=answer.order_id)
    return KeptAnswer(key=request.answer_key, body_hash=request.body_hash, answer=encode_refusal(answer))
