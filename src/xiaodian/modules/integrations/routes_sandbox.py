"""The open API: what only a sandbox shop does, so that programs can be tried without a phone and without waiting."""

from datetime import timedelta

from litestar import Response, post

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.orders import NoDeliveryError, NotOnSaleError, PurchaseLimitError, ShopClosedError, SoldOutError
from xiaodian.contracts.shops import SandboxShopError
from xiaodian.modules.apps import api as apps
from xiaodian.modules.integrations import wire_platform as wire
from xiaodian.modules.integrations.call import OpenCall
from xiaodian.modules.integrations.opening import writes

TAGS = ["sandbox"]


@post(
    "/sandbox/orders",
    tags=TAGS,
    **writes(
        Scope.ORDERS_WRITE,
        wire.SandboxOrder,
        NoDeliveryError,
        NotOnSaleError,
        PurchaseLimitError,
        SandboxShopError,
        ShopClosedError,
        SoldOutError,
        body=wire.NewSandboxOrder,
        status=201,
        is_once=True,
    ),
)
async def place_sandbox_order(call: OpenCall) -> Response[bytes]:
    """Have somebody made up order at today's prices, and pay without money. Refused in a shop that is no sandbox."""
    data = await call.read(wire.NewSandboxOrder)
    order_id = await apps.place_sandbox_order(
        call.ctx,
        call.order_desk,
        call.caller,
        call.shop_id,
        data.lines,
        is_paid=data.is_paid,
        key=call.inner_key,
    )
    return call.answer(wire.SandboxOrder(order_id=order_id))


@post(
    "/sandbox/time",
    tags=TAGS,
    **writes(Scope.ORDERS_WRITE, wire.Advanced, SandboxShopError, body=wire.Advance),
)
async def advance_sandbox_time(call: OpenCall) -> Response[bytes]:
    """Let time pass: unpaid orders expire, delivered ones complete and settle, silence is taken for an answer.

    What waits for it has happened when this answers. Refused in a shop that is no sandbox.
    """
    data = await call.read(wire.Advance)
    await apps.advance_time(call.ctx, call.caller, call.shop_id, timedelta(seconds=data.advance_s))
    return call.answer(wire.Advanced(advanced_s=data.advance_s))


routes = [place_sandbox_order, advance_sandbox_time]
