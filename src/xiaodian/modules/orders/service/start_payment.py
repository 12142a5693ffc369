"""The buyer wants to pay: a charge with a provider, once for an Idempotency-Key."""

from typing import Annotated

import msgspec
from msgspec import Meta

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import Input, NotFoundError
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.payments import Charge, NewCharge
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import queries
from xiaodian.modules.orders.models import Deed, Role
from xiaodian.modules.orders.rules import get_next_state
from xiaodian.modules.orders.service.idempotency import (
    KeptAnswer,
    Key,
    KeyTakenError,
    check_same_body,
    find_answers,
    hash_body,
    keep_answers,
)
from xiaodian.modules.payments import api as payments

_decode_charge = msgspec.json.Decoder(Charge).decode


class PaymentInput(Input, frozen=True, kw_only=True):
    """Through whom to pay."""

    provider: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}(?![\s\S])")]


async def start_payment(
    database: Database,
    providers: payments.Providers,
    caller: Caller,
    order_id: OrderId,
    key: str,
    wish: PaymentInput,
) -> Charge:
    """A charge that the provider has opened; the pending one if the order has one.

    Raises NotFoundError, IllegalMoveError, UnknownProviderError, IdempotencyMismatchError, UnavailableError.
    """
    provider = providers.get(wish.provider)
    answer_key = (caller.account_id, key)
    body_hash = hash_body(f"payment {order_id}", wish)
    async with database.transaction() as connection:
        if (kept := await _find_kept(connection, answer_key, body_hash)) is not None:
            return kept
        charge = await _create(connection, caller, order_id, wish.provider)
    # Outside of any transaction: a real provider may take its time.
    charge = msgspec.structs.replace(charge, pay_url=charge.pay_url or await provider.open_charge(charge))
    assert charge.pay_url is not None
    try:
        async with database.transaction() as connection:
            await payments.set_pay_url(connection, charge.charge_id, charge.pay_url)
            answer = KeptAnswer(key=answer_key, body_hash=body_hash, answer=msgspec.json.encode(charge))
            await keep_answers(connection, [answer], utc_now())
    except KeyTakenError:
        # The same request came twice at once; the other one's answer counts.
        async with database.connection() as connection:
            kept = await _find_kept(connection, answer_key, body_hash)
        assert kept is not None
        return kept
    return charge


async def _find_kept(connection: Connection, key: Key, body_hash: bytes) -> Charge | None:
    kept = (await find_answers(connection, [key])).get(key)
    if kept is None:
        return None
    check_same_body(kept, body_hash)
    assert kept.answer is not None
    return _decode_charge(kept.answer)


async def _create(connection: Connection, caller: Caller, order_id: OrderId, provider: str) -> Charge:
    order = (await queries.lock_orders(connection, [order_id])).get(order_id)
    if order is None or order.buyer_id != caller.account_id:
        raise NotFoundError
    get_next_state(order, Deed.PAY, Role.BUYER, utc_now())
    return await payments.create_charge(
        connection,
        NewCharge(
            order_id=order.order_id,
            shop_id=order.shop_id,
            payer_id=caller.account_id,
            provider=provider,
            amount_minor=order.total_minor,
            currency=order.currency,
        ),
    )
