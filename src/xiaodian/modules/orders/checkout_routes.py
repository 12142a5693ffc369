"""HTTP: checkout, quotes, the cart."""

from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.base import InvalidInputError, NotFoundError, TooManyRequestsError
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.orders import (
    IdempotencyInFlightError,
    IdempotencyMismatchError,
    NoDeliveryError,
    NotOnSaleError,
    PriceChangedError,
    PurchaseLimitError,
    ShopClosedError,
    SoldElsewhereError,
    SoldOutError,
)
from xiaodian.contracts.promotion import CouponRefusedError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.idempotency import IdempotencyKey
from xiaodian.edge.problems import problems
from xiaodian.modules.orders.checkout_wire import CheckoutView, to_checkout_view
from xiaodian.modules.orders.dependencies import DESK, Desk
from xiaodian.modules.orders.service import cart as carts
from xiaodian.modules.orders.service import quote as quoting
from xiaodian.modules.orders.service.cart import Cart, CartItemInput
from xiaodian.modules.orders.service.checkout_input import CheckoutInput, QuoteInput
from xiaodian.modules.orders.service.quote import Quote

TAGS = ["orders"]


@post(
    "/api/checkout",
    opt=access(Access.MEMBER),
    tags=TAGS,
    dependencies=DESK,
    responses=problems(
        CouponRefusedError,
        IdempotencyInFlightError,
        IdempotencyMismatchError,
        InvalidInputError,
        NoDeliveryError,
        NotOnSaleError,
        PriceChangedError,
        PurchaseLimitError,
        ShopClosedError,
        SoldElsewhereError,
        SoldOutError,
        TooManyRequestsError,
    ),
)
async def checkout(
    desk: Desk, caller: SignedIn, data: JSONBody[CheckoutInput], idempotency_key: IdempotencyKey
) -> CheckoutView:
    """Place one order a shop, all lines of all shops or nothing; they wait to be paid, together or one by one.

    The same key gives the same answer for a day. A refusal is an answer too: try again with a new key.
    """
    return to_checkout_view(await desk.place(caller, idempotency_key, data))


@post(
    "/api/checkout/quote",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=200,
    responses=problems(InvalidInputError),
)
async def quote(ctx: Ctx, caller: SignedIn, data: JSONBody[QuoteInput]) -> Quote:
    """What a checkout would cost now, and what would be refused. Nothing is reserved.

    Without an address, freight is that of the usual rate.
    """
    return await quoting.quote(ctx.database, caller, data)


@get("/api/me/cart", opt=access(Access.MEMBER), tags=TAGS)
async def get_cart(ctx: Ctx, caller: SignedIn) -> Cart:
    """What I have put aside to buy, by shop, at the prices of now."""
    return await carts.get_cart(ctx.database, caller.account_id)


@put(
    "/api/me/cart/items/{sku_id:uuid}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    status_code=204,
    responses=problems(InvalidInputError, NotFoundError),
)
async def put_cart_item(ctx: Ctx, caller: SignedIn, sku_id: FromPath[UUID], data: JSONBody[CartItemInput]) -> None:
    """Have so many of a SKU in the cart; the room where it was seen is remembered, for its price."""
    await carts.put_cart_item(ctx.database, caller.account_id, SkuId(sku_id), data)


@delete("/api/me/cart/items/{sku_id:uuid}", opt=access(Access.MEMBER), tags=TAGS)
async def delete_cart_item(ctx: Ctx, caller: SignedIn, sku_id: FromPath[UUID]) -> None:
    """Take a SKU out of the cart, if it is in it."""
    await carts.delete_cart_item(ctx.database, caller.account_id, SkuId(sku_id))


CHECKOUT_ROUTES = [checkout, quote, get_cart, put_cart_item, delete_cart_item]
