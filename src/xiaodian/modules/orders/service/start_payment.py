"""The buyer wants to pay one or several orders: one charge with a provider, once for an Idempotency-Key."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import DomainError, Input, InvalidInputError, Line, NotFoundError
from xiaodian.contracts.orders import IdempotencyInFlightError, Order, OrderId
from xiaodian.contracts.payments import Charge, ChargePart, NewCharge, PaymentProvider
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.rules import MAX_LINES, get_next_state
from xiaodian.modules.orders.service.idempotency import (
    KeptAnswer,
    Key,
    KeyTakenError,
    check_same_body,
    claim_keys,
    drop_answer,
    hash_body,
    keep_answers,
    renew_answer,
    replace_answer,
)
from xiaodian.modules.payments import api as payments

OPENED_WITHIN = timedelta(minutes=1)
"""Whoever has not heard from the provider by then was killed: the next one with the same key tries again."""

_decode_charge = msgspec.json.Decoder(Charge).decode


class PaymentInput(Input, frozen=True, kw_only=True):
    """What to pay, through whom, and how within that provider; the provider's usual way if nothing is said."""

    order_ids: Annotated[list[OrderId], Meta(min_length=1, max_length=MAX_LINES)]
    provider: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}(?![\s\S])")]
    method: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}(?![\s\S])")] | None = None
    payer_code: Annotated[Line, Meta(max_length=512)] = ""
    """What the provider's own sign-in page gave, where a way to pay needs it."""


class Payer(msgspec.Struct, frozen=True, kw_only=True):
    """Who pays, and from where."""

    caller: Caller
    origin: str
    """Scheme and host by which the buyer's browser reaches us; the provider sends it back there."""
    client_address: str


async def start_payment(
    database: Database, providers: payments.Providers, payer: Payer, key: str, wish: PaymentInput
) -> Charge:
    """A charge that the provider has opened; the pending one if these orders have one.

    Raises NotFoundError, IllegalMoveError, InvalidInputError, UnknownProviderError, IdempotencyMismatchError,
    IdempotencyInFlightError, UnavailableError.
    """
    provider = providers.offer(wish.provider, wish.method)
    method = wish.method or provider.methods[0]
    answer_key, body_hash = (payer.caller.account_id, key), hash_body("payment", wish)
    try:
        async with database.transaction() as connection:
            kept = await _find_kept(connection, answer_key, body_hash)
            if kept is not None and kept.action is not None:
                return kept
            charge = await _create(connection, payer.caller, wish, method)
            if kept is None:
                opening = msgspec.json.encode(msgspec.structs.replace(charge, action=None))
                answer = KeptAnswer(key=answer_key, body_hash=body_hash, answer=opening)
                await keep_answers(connection, [answer], utc_now())
    except KeyTakenError as error:
        raise IdempotencyInFlightError(retry_after_s=1) from error
    try:
        charge = await _open(provider, charge, payer, wish.payer_code)
    except DomainError:
        async with database.connection() as connection:
            await drop_answer(connection, answer_key)
        raise
    async with database.transaction() as connection:
        assert charge.action is not None
        await payments.set_action(connection, charge.charge_id, charge.action)
        await replace_answer(connection, answer_key, msgspec.json.encode(charge))
    return charge


async def _open(provider: PaymentProvider, charge: Charge, payer: Payer, payer_code: str) -> Charge:
    """Have the provider open a charge, outside of any transaction: a real provider may take its time."""
    action = await provider.open_charge(
        charge,
        return_url=f"{payer.origin}/?charge={charge.charge_id}",
        client_address=payer.client_address,
        payer_code=payer_code,
    )
    return msgspec.structs.replace(charge, action=action)


async def _find_kept(connection: Connection, key: Key, body_hash: bytes) -> Charge | None:
    """What was answered before; a charge without action is still to be opened, and it is for us to do it."""
    claimed = await claim_keys(connection, [key])
    if claimed.in_flight:
        raise IdempotencyInFlightError(retry_after_s=1)
    kept = claimed.kept.get(key)
    if kept is None:
        return None
    check_same_body(kept, body_hash)
    assert kept.answer is not None
    charge, now = _decode_charge(kept.answer), utc_now()
    if charge.action is None and not await renew_answer(connection, key, now - OPENED_WITHIN, now):
        raise IdempotencyInFlightError(retry_after_s=1)
    return charge


async def _create(connection: Connection, caller: Caller, wish: PaymentInput, method: str) -> Charge:
    found = await queries.lock_orders(connection, wish.order_ids)
    orders = [found[order_id] for order_id in dict.fromkeys(wish.order_ids) if order_id in found]
    if len(orders) < len(set(wish.order_ids)) or any(order.buyer_id != caller.account_id for order in orders):
        raise NotFoundError
    now = utc_now()
    for order in orders:
        get_next_state(order, Deed.PAY, Role.BUYER, now)
    if len({order.currency for order in orders}) > 1:
        raise InvalidInputError(field="order_ids", reason="several_currencies")
    return await payments.create_charge(connection, _to_new_charge(caller, wish.provider, method, orders))


def _to_new_charge(caller: Caller, provider: str, method: str, orders: Sequence[Order]) -> NewCharge:
    return NewCharge(
        payer_id=caller.account_id,
        provider=provider,
        method=method,
        currency=orders[0].currency,
        parts=[
            ChargePart(order_id=order.order_id, shop_id=order.shop_id, amount_minor=order.total_minor)
            for order in orders
        ],
    )
