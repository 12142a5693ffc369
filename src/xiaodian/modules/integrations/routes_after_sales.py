"""The open API: after-sales."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.aftersales import AfterSaleNotPossibleError
from xiaodian.contracts.base import Input, InvalidInputError
from xiaodian.contracts.orders import IllegalMoveError
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.edge.context import Context
from xiaodian.kit.paging import MAX_PAGE_SIZE
from xiaodian.modules.aftersales import api as aftersales
from xiaodian.modules.integrations import wire_aftersales as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.conversion import to_wire
from xiaodian.modules.integrations.opening import reads, writes

T = TypeVar("T")

TAGS = ["after-sales"]
ONE = "/after-sales/{after_sale_id:uuid}"

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
InState = Annotated[
    aftersales.AfterSaleFilter | None, QueryParameter(name="state", description="Only those in this state, or group.")
]


@get("/after-sales", tags=TAGS, **reads(Scope.AFTERSALES_READ, wire.AfterSalePage, is_list=True))
async def list_after_sales(
    call: OpenCall, cursor: FromQuery[str | None] = None, limit: Limit = 20, in_state: InState = None
) -> Response[bytes]:
    """What buyers ask of the shop, the newest first."""
    below = await call.read_cursor_of_below(cursor, in_state)
    page = await aftersales.list_of_shop(call.ctx.database, call.caller, call.shop_id, below, limit, in_state)
    next_cursor = await call.seal_cursor_of_below(page.next_cursor, in_state)
    return call.answer(wire.AfterSalePage(items=[_show(view) for view in page.items], next_cursor=next_cursor))


@get(ONE, tags=TAGS, **reads(Scope.AFTERSALES_READ, wire.AfterSale))
async def get_after_sale(call: OpenCall, after_sale_id: FromPath[UUID]) -> Response[bytes]:
    """One after-sale with its history and until when it waits for whom."""
    return call.answer(_show(await aftersales.get_after_sale(call.ctx.database, call.caller, after_sale_id)))


@post(
    f"{ONE}/agreement",
    tags=TAGS,
    **writes(
        Scope.AFTERSALES_WRITE,
        wire.AfterSale,
        IllegalMoveError,
        InvalidInputError,
        AfterSaleNotPossibleError,
        RefundTooLargeError,
        body=wire.Agreement,
        is_once=True,
    ),
)
async def agree_to_after_sale(call: OpenCall, after_sale_id: FromPath[UUID]) -> Response[bytes]:
    """Agree: the money goes back, or the goods come back first."""
    return await _do(
        call,
        wire.Agreement,
        aftersales.AgreementInput,
        lambda ctx, asked: aftersales.agree(ctx, call.caller, call.inner_key, after_sale_id, asked),
    )


@post(
    f"{ONE}/refusal",
    tags=TAGS,
    **writes(
        Scope.AFTERSALES_WRITE,
        wire.AfterSale,
        IllegalMoveError,
        InvalidInputError,
        body=wire.Refusal,
        is_once=True,
    ),
)
async def refuse_after_sale(call: OpenCall, after_sale_id: FromPath[UUID]) -> Response[bytes]:
    """Refuse. The buyer may ask once more, or have the operator decide."""
    return await _do(
        call,
        wire.Refusal,
        aftersales.RefusalInput,
        lambda ctx, asked: aftersales.refuse(ctx, call.caller, after_sale_id, asked),
    )


@post(
    f"{ONE}/offer",
    tags=TAGS,
    **writes(
        Scope.AFTERSALES_WRITE,
        wire.AfterSale,
        IllegalMoveError,
        InvalidInputError,
        AfterSaleNotPossibleError,
        RefundTooLargeError,
        body=wire.Offer,
        is_once=True,
    ),
)
async def offer_instead(call: OpenCall, after_sale_id: FromPath[UUID]) -> Response[bytes]:
    """Offer something else than what is asked for. The buyer takes it, or goes on asking."""
    return await _do(
        call,
        wire.Offer,
        aftersales.OfferInput,
        lambda ctx, asked: aftersales.offer(ctx, call.caller, after_sale_id, asked),
    )


@post(
    f"{ONE}/return-receipt",
    tags=TAGS,
    **writes(
        Scope.AFTERSALES_WRITE,
        wire.AfterSale,
        IllegalMoveError,
        InvalidInputError,
        RefundTooLargeError,
        AfterSaleNotPossibleError,
        body=wire.ReturnReceipt,
        is_once=True,
    ),
)
async def receive_return(call: OpenCall, after_sale_id: FromPath[UUID]) -> Response[bytes]:
    """Tell that the goods have come back: the money goes back, or the exchange is to be sent."""
    return await _do(
        call,
        wire.ReturnReceipt,
        aftersales.ReturnReceiptInput,
        lambda ctx, asked: aftersales.receive_return(ctx, call.caller, call.inner_key, after_sale_id, asked),
    )


@post(
    f"{ONE}/resend",
    tags=TAGS,
    **writes(
        Scope.AFTERSALES_WRITE, wire.AfterSale, IllegalMoveError, InvalidInputError, body=wire.Resend, is_once=True
    ),
)
async def resend_goods(call: OpenCall, after_sale_id: FromPath[UUID]) -> Response[bytes]:
    """Tell how the exchange was sent."""
    return await _do(
        call,
        wire.Resend,
        aftersales.ParcelInput,
        lambda ctx, asked: aftersales.resend(ctx, call.caller, after_sale_id, asked),
    )


@post(
    f"{ONE}/escalation",
    tags=TAGS,
    **writes(
        Scope.AFTERSALES_WRITE, wire.AfterSale, IllegalMoveError, InvalidInputError, body=wire.Escalation, is_once=True
    ),
)
async def escalate_after_sale(call: OpenCall, after_sale_id: FromPath[UUID]) -> Response[bytes]:
    """Have the operator decide, of a bad return."""
    return await _do(
        call,
        wire.Escalation,
        aftersales.EscalationInput,
        lambda ctx, asked: aftersales.escalate(ctx, call.caller, after_sale_id, asked),
    )


@post(
    f"{ONE}/evidence",
    tags=TAGS,
    **writes(
        Scope.AFTERSALES_WRITE,
        wire.AfterSale,
        IllegalMoveError,
        InvalidInputError,
        AfterSaleNotPossibleError,
        body=wire.Evidence,
        is_once=True,
    ),
)
async def add_evidence(call: OpenCall, after_sale_id: FromPath[UUID]) -> Response[bytes]:
    """Show the operator something."""
    return await _do(
        call,
        wire.Evidence,
        aftersales.EvidenceInput,
        lambda ctx, asked: aftersales.add_evidence(ctx, call.caller, after_sale_id, asked),
    )


async def _do(
    call: OpenCall,
    told: type[Input],
    kind: type[T],
    deed: Callable[[Context, T], Awaitable[aftersales.AfterSaleView]],
) -> Response[bytes]:
    """Read what is told, do the deed below once for its key, and show what has become of the after-sale."""
    data = await call.read(told)
    asked = _below(data, kind)

    async def _run(ctx: Context) -> wire.AfterSale:
        return _show(await deed(ctx, asked))

    return await call.answer_once(data, _run)


def _show(view: aftersales.AfterSaleView) -> wire.AfterSale:
    return to_wire(wire.AfterSale, view, own_id="after_sale_id")


def _below(data: Input, kind: type[T]) -> T:
    return msgspec.convert(msgspec.to_builtins(data), kind)


routes = [
    list_after_sales,
    get_after_sale,
    agree_to_after_sale,
    refuse_after_sale,
    offer_instead,
    receive_return,
    resend_goods,
    escalate_after_sale,
    add_evidence,
]
