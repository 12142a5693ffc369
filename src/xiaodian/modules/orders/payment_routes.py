"""HTTP: how orders are paid, and what became of the money."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta

from xiaodian.contracts.base import Input, InvalidInputError, NotFoundError
from xiaodian.contracts.orders import (
    IdempotencyInFlightError,
    IdempotencyMismatchError,
    IllegalMoveError,
    OrderId,
)
from xiaodian.contracts.payments import BadCallbackError, ChargeClosedError, ChargeId, UnknownProviderError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx, client_address, own_origin
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.orders.dependencies import DESK, Desk
from xiaodian.modules.orders.service import sandbox_cashier
from xiaodian.modules.orders.service import start_payment as service
from xiaodian.modules.orders.service.money import get_money_of_order, list_money_of_buyer
from xiaodian.modules.orders.service.start_payment import Payer, PaymentInput
from xiaodian.modules.orders.wire import (
    ChargeView,
    MoneyView,
    MovementOfOrder,
    PaymentMethodsView,
    ProviderView,
    to_charge_view,
    to_movement_of_order,
    to_movement_view,
)
from xiaodian.modules.payments import api as payments

TAGS = ["payments"]
MAX_DELAY_S = 86_400


class SandboxDecision(Input, frozen=True, kw_only=True):
    """How the payment shall end."""

    outcome: payments.SandboxOutcome
    delay_s: Annotated[int, Meta(ge=0, le=MAX_DELAY_S)] = 60


@get("/api/payment-methods", opt=access(Access.MEMBER), tags=TAGS, dependencies=DESK, sync_to_thread=False)
def list_payment_methods(desk: Desk, caller: SignedIn) -> PaymentMethodsView:
    """Through whom one can pay here, and how; the usual way of each first."""
    return PaymentMethodsView(
        items=[
            ProviderView(provider=provider.name, methods=list(provider.methods))
            for provider in desk.cashier.providers.list()
        ]
    )


@post(
    "/api/payments",
    opt=access(Access.MEMBER),
    tags=TAGS,
    dependencies=DESK,
    responses=problems(
        IdempotencyInFlightError,
        IdempotencyMismatchError,
        IllegalMoveError,
        InvalidInputError,
        NotFoundError,
        UnknownProviderError,
    ),
)
async def start_payment(
    request: Request[Any, Any, Any],
    ctx: Ctx,
    desk: Desk,
    caller: SignedIn,
    data: JSONBody[PaymentInput],
    idempotency_key: IdempotencyKey,
) -> ChargeView:
    """Begin to pay one or several orders together; `action` says how the buyer goes on.

    A payment of the same orders that was begun the same way before is taken up again.
    """
    payer = Payer(
        caller=caller,
        origin=own_origin(request, ctx.settings),
        client_address=client_address(request, ctx.settings.trusted_proxies),
    )
    return to_charge_view(
        await service.start_payment(ctx.database, desk.cashier.providers, payer, idempotency_key, data)
    )


@get("/api/payments/{charge_id:uuid}", opt=access(Access.MEMBER), tags=TAGS, responses=problems(NotFoundError))
async def get_payment(ctx: Ctx, caller: SignedIn, charge_id: FromPath[UUID]) -> ChargeView:
    """A payment of one's own, as it stands now."""
    async with ctx.database.connection() as connection:
        return to_charge_view(await payments.get_charge_of_payer(connection, ChargeId(charge_id), caller.account_id))


@post(
    "/api/payments/callbacks/{provider:str}",
    opt=access(Access.SIGNED),
    tags=TAGS,
    dependencies=DESK,
    status_code=200,
    responses=problems(BadCallbackError, UnknownProviderError),
)
async def take_callback(request: Request[Any, Any, Any], desk: Desk, provider: FromPath[str]) -> Response[bytes]:
    """What a payment provider tells us; believed if the provider signed it, handled once however often it comes."""
    status, body, media_type = await desk.cashier.take_callback(provider, dict(request.headers), await request.body())
    return Response(body, status_code=status, media_type=media_type)


@post(
    "/api/sandbox/charges/{charge_id:uuid}/decision",
    opt=access(Access.MEMBER),
    tags=TAGS,
    dependencies=DESK,
    status_code=200,
    responses=problems(ChargeClosedError, NotFoundError),
)
async def decide_sandbox_charge(
    ctx: Ctx, desk: Desk, caller: SignedIn, charge_id: FromPath[UUID], data: JSONBody[SandboxDecision]
) -> ChargeView:
    """Say how the payment ends, as the buyer at the sandbox's cashier."""
    charge = await sandbox_cashier.decide_charge(
        ctx.database, desk.cashier, caller, ChargeId(charge_id), data.outcome, data.delay_s
    )
    return to_charge_view(charge)


@get("/api/orders/{order_id:uuid}/money", opt=access(Access.MEMBER), tags=TAGS, responses=problems(NotFoundError))
async def get_order_money(ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID]) -> MoneyView:
    """Every movement of an order's money, the first first; for its buyer and the staff of its shop."""
    async with ctx.database.connection() as connection:
        movements = await get_money_of_order(connection, caller, OrderId(order_id))
    return MoneyView(items=[to_movement_view(movement) for movement in movements])


@get("/api/me/money", opt=access(Access.MEMBER), tags=TAGS, responses=problems(InvalidInputError))
async def list_my_money(
    ctx: Ctx,
    caller: SignedIn,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> Page[MovementOfOrder]:
    """Every movement of my money, by order, the newest order first."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        found = await list_money_of_buyer(connection, caller.account_id, before=before, limit=limit + 1)
    return Page(
        items=[
            to_movement_of_order(one.order, movement) for one in found[:limit] for movement in reversed(one.movements)
        ],
        next_cursor=encode_cursor(found[limit - 1].order.order_id) if len(found) > limit else None,
    )


PAYMENT_ROUTES = [
    list_payment_methods,
    start_payment,
    get_payment,
    take_callback,
    decide_sandbox_charge,
    get_order_money,
    list_my_money,
]
