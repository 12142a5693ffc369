"""Place the checkouts that arrived together, in one transaction of a few statements."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import DomainError
from xiaodian.contracts.orders import CheckoutId, IdempotencyInFlightError, Order, OrderPlaced
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.orders import checkout_queries
from xiaodian.modules.orders.service.checkout_facts import Ask, Facts, get_facts
from xiaodian.modules.orders.service.checkout_input import CheckoutInput
from xiaodian.modules.orders.service.idempotency import (
    KeptAnswer,
    Key,
    check_same_body,
    claim_keys,
    decode_refusal,
    encode_refusal,
    keep_answers,
)
from xiaodian.modules.orders.service.judge_order import Candidate, judge_checkout
from xiaodian.modules.orders.service.serials import Serials
from xiaodian.modules.orders.service.write_orders import write_orders
from xiaodian.modules.promotion import api as promotion

Answer = list[Order] | DomainError
"""The orders of a checkout, or why there are none."""


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


async def place_orders(ctx: Context, serials: Serials, requests: Sequence[PlaceRequest]) -> list[Answer]:
    """One answer per request, in order: the orders placed (now or by the same request before), or why not.

    The keys of the requests differ. Raises UnavailableError or KeyTakenError with nothing written.
    """
    # A line can become an order at most.
    numbers = await serials.take(sum(len(request.wish.lines) for request in requests))
    async with ctx.database.transaction() as connection:
        claimed = await claim_keys(connection, [request.answer_key for request in requests])
        answers = await _replay(connection, requests, claimed.kept) if claimed.kept else {}
        for key in claimed.in_flight:
            answers[key] = IdempotencyInFlightError(retry_after_s=1)
        fresh = [request for request in requests if request.answer_key not in answers] if answers else requests
        if fresh:
            answers |= await _place(connection, fresh, numbers, ctx.settings.payment_minutes)
    return [answers[request.answer_key] for request in requests]


async def _replay(
    connection: Connection, requests: Sequence[PlaceRequest], kept: dict[Key, KeptAnswer]
) -> dict[Key, Answer]:
    """The answers that were given before."""
    placed = [one.checkout_id for one in kept.values() if one.checkout_id is not None]
    orders = await checkout_queries.get_checkouts(connection, placed)
    answers: dict[Key, Answer] = {}
    for request in requests:
        if (one := kept.get(request.answer_key)) is None:
            continue
        try:
            check_same_body(one, request.body_hash)
            answers[one.key] = orders[one.checkout_id] if one.checkout_id else decode_refusal(one.answer or b"")
        except DomainError as error:
            answers[one.key] = error
    return answers


async def _place(
    connection: Connection, fresh: Sequence[PlaceRequest], numbers: Iterator[tuple[int, str]], payment_minutes: int
) -> dict[Key, Answer]:
    asks = [Ask(buyer_id=one.buyer_id, wish=one.wish, address_id=one.wish.address_id) for one in fresh]
    facts = await get_facts(connection, asks, utc_now(), lock=True)
    expires_at = facts.now + timedelta(minutes=payment_minutes)
    answers = {request.answer_key: _judge(request, facts, expires_at, numbers) for request in fresh}
    placed = [order for answer in answers.values() if isinstance(answer, list) for order in answer]
    if placed:
        changes = await catalog.reserve_untold(connection, facts.shelf)
        await promotion.write_redemptions(connection, facts.coupons)
        await promotion.write_purchases(connection, facts.limits)
        await write_orders(connection, placed)
        await outbox.emit(connection, *changes, *map(_to_event, placed))
        await _take_from_carts(connection, fresh, answers)
    await keep_answers(connection, [_to_kept(request, answers[request.answer_key]) for request in fresh], facts.now)
    return answers


def _judge(request: PlaceRequest, facts: Facts, expires_at: datetime, numbers: Iterator[tuple[int, str]]) -> Answer:
    candidate = Candidate(
        checkout_id=CheckoutId(new_id()),
        buyer_id=request.buyer_id,
        buyer_name=request.buyer_name,
        expires_at=expires_at,
        wish=request.wish,
    )
    try:
        return judge_checkout(candidate, facts, numbers)
    except DomainError as refusal:
        return refusal


async def _take_from_carts(connection: Connection, fresh: Sequence[PlaceRequest], answers: dict[Key, Answer]) -> None:
    bought = [
        (request.buyer_id, line.sku_id)
        for request in fresh
        if request.wish.from_cart and isinstance(answers[request.answer_key], list)
        for line in request.wish.lines
    ]
    if bought:
        await checkout_queries.delete_cart_items(connection, bought)


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


def _to_kept(request: PlaceRequest, answer: Answer) -> KeptAnswer:
    if isinstance(answer, list):
        return KeptAnswer(key=request.answer_key, body_hash=request.body_hash, checkout_id=answer[0].checkout_id)
    return KeptAnswer(key=request.answer_key, body_hash=request.body_hash, answer=encode_refusal(answer))
