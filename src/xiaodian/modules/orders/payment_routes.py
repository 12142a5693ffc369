"""HTTP: how orders are paid."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from litestar import Request, post
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.base import Input, InvalidInputError, NotFoundError
from xiaodian.contracts.orders import IdempotencyMismatchError, IllegalMoveError, OrderId
from xiaodian.contracts.payments import BadCallbackError, ChargeId, ChargeState, UnknownProviderError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.orders.dependencies import DESK, Desk, IdempotencyKey
from xiaodian.modules.orders.service import sandbox_cashier
from xiaodian.modules.orders.service import start_payment as service
from xiaodian.modules.orders.service.start_payment import PaymentInput
from xiaodian.modules.orders.wire import ChargeView, to_charge_view

TAGS = ["payments"]


class SandboxOutcome(StrEnum):
    """How a buyer ends a payment at the sandbox's cashier; to abandon it is not to call at all."""

    SUCCEED = "succeed"
    FAIL = "fail"


class SandboxDecision(Input, frozen=True, kw_only=True):
    """How the payment shall end."""

    outcome: SandboxOutcome


_STATES = {SandboxOutcome.SUCCEED: ChargeState.CAPTURED, SandboxOutcome.FAIL: ChargeState.FAILED}


@post(
    "/api/orders/{order_id:uuid}/payment",
    opt=access(Access.MEMBER),
    tags=TAGS,
    dependencies=DESK,
    responses=problems(
        NotFoundError, IllegalMoveError, IdempotencyMismatchError, InvalidInputError, UnknownProviderError
    ),
)
async def start_payment(
    ctx: Ctx,
    desk: Desk,
    caller: SignedIn,
    order_id: FromPath[UUID],
    data: JSONBody[PaymentInput],
    idempotency_key: IdempotencyKey,
) -> ChargeView:
    """Begin to pay an order; the buyer goes on at `pay_url`. A payment already begun is taken up again."""
    return to_charge_view(
        await service.start_payment(ctx.database, desk.providers, caller, OrderId(order_id), idempotency_key, data)
    )


@post(
    "/api/payments/callbacks/{provider:str}",
    opt=access(Access.SIGNED),
    tags=TAGS,
    dependencies=DESK,
    status_code=204,
    responses=problems(BadCallbackError, UnknownProviderError),
)
async def take_callback(request: Request[Any, Any, Any], desk: Desk, provider: FromPath[str]) -> None:
    """What a payment provider tells us; believed if the provider signed it, handled once however often it comes."""
    await desk.take_callback(provider, dict(request.headers), await request.body())


@post(
    "/api/sandbox/charges/{charge_id:uuid}/decision",
    opt=access(Access.MEMBER),
    tags=TAGS,
    dependencies=DESK,
    status_code=200,
    responses=problems(NotFoundError),
)
async def decide_sandbox_charge(
    ctx: Ctx, desk: Desk, caller: SignedIn, charge_id: FromPath[UUID], data: JSONBody[SandboxDecision]
) -> ChargeView:
    """Let the payment succeed or fail, as the buyer at the sandbox's cashier."""
    charge = await sandbox_cashier.decide_charge(ctx.database, desk, caller, ChargeId(charge_id), _STATES[data.outcome])
    return to_charge_view(charge)


PAYMENT_ROUTES = [start_payment, take_callback, decide_sandbox_charge]
