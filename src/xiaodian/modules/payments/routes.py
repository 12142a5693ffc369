"""HTTP: the sandbox's cashier, and refunds that a provider refused. How a payment begins stands with orders."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.base import Contract, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.payments import ChargeId, ChargeState, Refund, RefundId, RefundState
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.payments import queries
from xiaodian.modules.payments.service.failed_refunds import list_refunds_in
from xiaodian.modules.payments.service.failed_refunds import retry_refund as retry

TAGS = ["payments"]


class SandboxCharge(Contract, frozen=True, kw_only=True):
    """A charge as the sandbox's cashier shows it."""

    charge_id: ChargeId
    amount_minor: int
    currency: str
    state: ChargeState


class RefundView(Contract, frozen=True, kw_only=True):
    """A refund as the operator sees it; `detail` is the provider's last word about it."""

    refund_id: RefundId
    charge_id: ChargeId
    order_id: UUID
    shop_id: UUID
    provider: str
    amount_minor: int
    currency: str
    reason: str
    state: RefundState
    attempt: int
    detail: str
    requested_at_ms: int
    settled_at_ms: int | None


@get(
    "/api/sandbox/charges/{charge_id:uuid}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(NotFoundError, UnauthenticatedError),
)
async def get_sandbox_charge(ctx: Ctx, caller: SignedIn, charge_id: FromPath[UUID]) -> SandboxCharge:
    """What the sandbox's cashier asks the buyer to pay."""
    async with ctx.database.connection() as connection:
        charge = await queries.get_charge_of_payer(connection, ChargeId(charge_id), caller.account_id)
    if not ctx.settings.sandbox_payments or charge.provider != "sandbox":
        raise NotFoundError
    return SandboxCharge(
        charge_id=charge.charge_id, amount_minor=charge.amount_minor, currency=charge.currency, state=charge.state
    )


@get("/api/operator/refunds", opt=access(Access.OPERATOR), tags=TAGS, responses=problems(InvalidInputError))
async def list_refunds(
    ctx: Ctx,
    caller: SignedIn,
    state_filter: Annotated[RefundState, QueryParameter(name="state")] = RefundState.FAILED,
    cursor: FromQuery[str | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)] = 20,
) -> Page[RefundView]:
    """Refunds in a state; by default those that a provider refused and somebody must see to."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        refunds = await list_refunds_in(connection, state_filter, before, limit + 1)
    return Page(
        items=[_to_view(refund) for refund in refunds[:limit]],
        next_cursor=encode_cursor(refunds[limit - 1].refund_id) if len(refunds) > limit else None,
    )


@post(
    "/api/operator/refunds/{refund_id:uuid}/retry",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=200,
    responses=problems(NotFoundError),
)
async def retry_refund(ctx: Ctx, caller: SignedIn, refund_id: FromPath[UUID]) -> RefundView:
    """Have the provider asked again for a refund that it refused; any other refund is left as it is."""
    return _to_view(await retry(ctx.database, RefundId(refund_id)))


def _to_view(refund: Refund) -> RefundView:
    return RefundView(
        refund_id=refund.refund_id,
        charge_id=refund.charge_id,
        order_id=refund.order_id,
        shop_id=refund.shop_id,
        provider=refund.provider,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        reason=refund.reason,
        state=refund.state,
        attempt=refund.attempt,
        detail=refund.detail,
        requested_at_ms=to_epoch_ms(refund.requested_at),
        settled_at_ms=to_epoch_ms(refund.settled_at) if refund.settled_at else None,
    )


routes = [get_sandbox_charge, list_refunds, retry_refund]
