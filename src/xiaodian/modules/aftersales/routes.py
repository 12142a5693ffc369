"""HTTP: after-sales, for buyers, sellers and operators."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.aftersales import AfterSaleNotPossibleError
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.orders import IdempotencyInFlightError, IdempotencyMismatchError, IllegalMoveError, OrderId
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.aftersales.queries import AfterSaleFilter
from xiaodian.modules.aftersales.service import deeds, see
from xiaodian.modules.aftersales.service import open_after_sale as opening
from xiaodian.modules.aftersales.wire import (
    AfterSaleView,
    AgainInput,
    AgreementInput,
    EscalationInput,
    EvidenceInput,
    OfferInput,
    OpenInput,
    ParcelInput,
    RefusalInput,
    ReturnReceiptInput,
    RulingInput,
)

TAGS = ["after-sales"]
ONE = "/api/after-sales/{after_sale_id:uuid}"
MEMBER = access(Access.MEMBER)
LIST_PROBLEMS = problems(InvalidInputError, NotFoundError)
MOVE_PROBLEMS = problems(NotFoundError, IllegalMoveError, InvalidInputError)
OFFER_PROBLEMS = problems(
    NotFoundError, IllegalMoveError, InvalidInputError, AfterSaleNotPossibleError, RefundTooLargeError
)
ONCE_PROBLEMS = problems(
    NotFoundError,
    IllegalMoveError,
    InvalidInputError,
    AfterSaleNotPossibleError,
    RefundTooLargeError,
    IdempotencyInFlightError,
    IdempotencyMismatchError,
)

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
InState = Annotated[AfterSaleFilter | None, QueryParameter(name="state")]


@post("/api/orders/{order_id:uuid}/after-sales", opt=MEMBER, tags=TAGS, responses=ONCE_PROBLEMS)
async def open_after_sale(
    ctx: Ctx,
    caller: SignedIn,
    order_id: FromPath[UUID],
    data: JSONBody[OpenInput],
    idempotency_key: IdempotencyKey,
) -> AfterSaleView:
    """Ask for money or other goods for a line of an order (its buyer). The seller must answer until the deadline."""
    view = await opening.open_after_sale(ctx, caller, idempotency_key, OrderId(order_id), data)
    await ctx.broker.poke("outbox")
    return view


@get("/api/orders/{order_id:uuid}/after-sales", opt=MEMBER, tags=TAGS, responses=LIST_PROBLEMS)
async def list_of_order(
    ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[AfterSaleView]:
    """What was asked for an order, the newest first (buyer, shop staff, operators)."""
    return await see.list_of_order(ctx.database, caller, OrderId(order_id), cursor, limit)


@get("/api/me/after-sales", opt=MEMBER, tags=TAGS, responses=LIST_PROBLEMS)
async def list_mine(
    ctx: Ctx,
    caller: SignedIn,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    in_state: InState = None,
) -> Page[AfterSaleView]:
    """What I have asked for, the newest first."""
    return await see.list_of_buyer(ctx.database, caller, cursor, limit, in_state)


@get("/api/shops/{shop_id:uuid}/after-sales", opt=MEMBER, tags=TAGS, responses=LIST_PROBLEMS)
async def list_of_shop(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    in_state: InState = None,
) -> Page[AfterSaleView]:
    """What is asked of a shop, the newest first (its staff)."""
    return await see.list_of_shop(ctx.database, caller, ShopId(shop_id), cursor, limit, in_state)


@get("/api/operator/after-sales", opt=access(Access.OPERATOR), tags=TAGS, responses=LIST_PROBLEMS)
async def list_all(
    ctx: Ctx,
    caller: SignedIn,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
    in_state: Annotated[AfterSaleFilter, QueryParameter(name="state")] = AfterSaleFilter.ESCALATED,
) -> Page[AfterSaleView]:
    """After-sales of all shops, the newest first; those that wait for a ruling unless another state is asked for."""
    return await see.list_all(ctx.database, cursor, limit, in_state)


@get(ONE, opt=MEMBER, tags=TAGS, responses=problems(NotFoundError))
async def get_after_sale(ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID]) -> AfterSaleView:
    """One after-sale (buyer, shop staff, operators)."""
    return await see.get_after_sale(ctx.database, caller, after_sale_id)


@post(f"{ONE}/agreement", opt=MEMBER, tags=TAGS, status_code=200, responses=ONCE_PROBLEMS)
async def agree(
    ctx: Ctx,
    caller: SignedIn,
    after_sale_id: FromPath[UUID],
    data: JSONBody[AgreementInput],
    idempotency_key: IdempotencyKey,
) -> AfterSaleView:
    """Agree (shop staff): the money goes back, or the goods come back first, to the address told here or before."""
    view = await deeds.agree(ctx, caller, idempotency_key, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/refusal", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def refuse(
    ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID], data: JSONBody[RefusalInput]
) -> AfterSaleView:
    """Refuse (shop staff). The buyer may ask once more, or have the operator decide."""
    view = await deeds.refuse(ctx, caller, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/offer", opt=MEMBER, tags=TAGS, status_code=200, responses=OFFER_PROBLEMS)
async def offer(ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID], data: JSONBody[OfferInput]) -> AfterSaleView:
    """Offer something else (shop staff): part of the money, or another way. If not taken, the request stands."""
    view = await deeds.offer(ctx, caller, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/offer/acceptance", opt=MEMBER, tags=TAGS, status_code=200, responses=ONCE_PROBLEMS)
async def accept_offer(
    ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID], idempotency_key: IdempotencyKey
) -> AfterSaleView:
    """Take what the seller offers (buyer): the money goes back, or the goods come back first."""
    view = await deeds.accept_offer(ctx, caller, idempotency_key, after_sale_id)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/offer/refusal", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def decline_offer(ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID]) -> AfterSaleView:
    """Keep to what was asked (buyer); the seller has to answer again."""
    view = await deeds.decline_offer(ctx, caller, after_sale_id)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/request-again", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def request_again(
    ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID], data: JSONBody[AgainInput]
) -> AfterSaleView:
    """Ask once more after the first refusal (buyer)."""
    view = await deeds.request_again(ctx, caller, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/withdrawal", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def withdraw(ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID]) -> AfterSaleView:
    """Let it be (buyer), as long as no money has moved."""
    view = await deeds.withdraw(ctx, caller, after_sale_id)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/return-shipment", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def ship_return(
    ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID], data: JSONBody[ParcelInput]
) -> AfterSaleView:
    """Tell how the goods were sent back (buyer)."""
    view = await deeds.ship_return(ctx, caller, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/return-receipt", opt=MEMBER, tags=TAGS, status_code=200, responses=ONCE_PROBLEMS)
async def receive_return(
    ctx: Ctx,
    caller: SignedIn,
    after_sale_id: FromPath[UUID],
    idempotency_key: IdempotencyKey,
    data: JSONBody[ReturnReceiptInput | None] = None,
) -> AfterSaleView:
    """Tell that the goods have come back (shop staff): the money goes back, or the exchange is to be sent."""
    receipt = data or ReturnReceiptInput()
    view = await deeds.receive_return(ctx, caller, idempotency_key, after_sale_id, receipt)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/resend", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def resend(
    ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID], data: JSONBody[ParcelInput]
) -> AfterSaleView:
    """Tell how the exchange was sent (shop staff)."""
    view = await deeds.resend(ctx, caller, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/exchange-receipt", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def receive_exchange(ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID]) -> AfterSaleView:
    """Tell that the exchange has come (buyer)."""
    view = await deeds.receive_exchange(ctx, caller, after_sale_id)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/escalation", opt=MEMBER, tags=TAGS, status_code=200, responses=MOVE_PROBLEMS)
async def escalate(
    ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID], data: JSONBody[EscalationInput]
) -> AfterSaleView:
    """Have the operator decide: the buyer after a refusal or a bad exchange, the seller of a bad return."""
    view = await deeds.escalate(ctx, caller, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


@post(
    f"{ONE}/evidence",
    opt=MEMBER,
    tags=TAGS,
    status_code=200,
    responses=problems(NotFoundError, IllegalMoveError, InvalidInputError, AfterSaleNotPossibleError),
)
async def add_evidence(
    ctx: Ctx, caller: SignedIn, after_sale_id: FromPath[UUID], data: JSONBody[EvidenceInput]
) -> AfterSaleView:
    """Show the operator something (buyer or shop staff)."""
    view = await deeds.add_evidence(ctx, caller, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


@post(f"{ONE}/ruling", opt=access(Access.OPERATOR), tags=TAGS, status_code=200, responses=ONCE_PROBLEMS)
async def rule(
    ctx: Ctx,
    caller: SignedIn,
    after_sale_id: FromPath[UUID],
    data: JSONBody[RulingInput],
    idempotency_key: IdempotencyKey,
) -> AfterSaleView:
    """Decide an escalated after-sale (operators)."""
    view = await deeds.rule(ctx, caller, idempotency_key, after_sale_id, data)
    await ctx.broker.poke("outbox")
    return view


routes = [
    open_after_sale,
    list_of_order,
    list_mine,
    list_of_shop,
    list_all,
    get_after_sale,
    agree,
    refuse,
    offer,
    accept_offer,
    decline_offer,
    request_again,
    withdraw,
    ship_return,
    receive_return,
    resend,
    receive_exchange,
    escalate,
    add_evidence,
    rule,
]
