"""HTTP: refunds that a payment provider refused, for operators.

Here and not with payments, as what moves money is answered once for an Idempotency-Key, and orders keep the answers.
"""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.base import Contract, InvalidInputError, NotFoundError
from xiaodian.contracts.payments import ChargeId, Refund, RefundId, RefundState
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import problems
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.orders.service.answer_once import ONCE_REFUSALS, NoBody, answer_once
from xiaodian.modules.payments import api as payments

TAGS = ["payments"]


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
        refunds = await payments.list_refunds_in(connection, state_filter, before, limit + 1)
    return Page(
        items=[_to_view(refund) for refund in refunds[:limit]],
        next_cursor=encode_cursor(refunds[limit - 1].refund_id) if len(refunds) > limit else None,
    )


@post(
    "/api/operator/refunds/{refund_id:uuid}/retry",
    opt=access(Access.OPERATOR),
    tags=TAGS,
    status_code=200,
    responses=problems(NotFoundError, *ONCE_REFUSALS),
)
async def retry_refund(
    ctx: Ctx, caller: SignedIn, refund_id: FromPath[UUID], idempotency_key: IdempotencyKey
) -> RefundView:
    """Have the provider asked again for a refund that it refused; any other refund is left as it is."""

    async def _run(connection: Connection) -> RefundView:
        return _to_view(await payments.retry_refund(connection, RefundId(refund_id)))

    return await answer_once(
        ctx.database, caller, idempotency_key, f"retry refund {refund_id}", NoBody(), RefundView, _run
    )


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


REFUND_ROUTES = [list_refunds, retry_refund]
