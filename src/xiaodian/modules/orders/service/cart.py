"""The cart: what an account has put aside to buy, over shops and rooms. Nothing in it is reserved."""

from typing import Annotated

from msgspec import Meta

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Contract, Input, InvalidInputError, NotFoundError
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders import checkout_queries
from xiaodian.modules.orders.checkout_queries import CartItem
from xiaodian.modules.orders.checkout_rules import MAX_CART_ITEMS
from xiaodian.modules.orders.service.appraisal import LineAppraisal, ShopAppraisal
from xiaodian.modules.orders.service.appraise import appraise
from xiaodian.modules.orders.service.checkout_facts import Ask, Facts, get_facts
from xiaodian.modules.orders.service.checkout_input import MAX_VIDEO_MS, LineInput, Quantity, Wish


class CartItemInput(Input, frozen=True, kw_only=True):
    """How many, and the room or the video where it was seen."""

    quantity: Quantity
    room_id: RoomId | None = None
    video_id: VideoId | None = None
    video_at_ms: Annotated[int, Meta(ge=0, le=MAX_VIDEO_MS)] | None = None


class CartItemView(Contract, frozen=True, kw_only=True):
    """A SKU in the cart. `price_minor` is what one piece costs now, `added_price_minor` what it cost when put in."""

    sku_id: SkuId
    product_id: ProductId
    room_id: RoomId | None
    video_id: VideoId | None
    video_at_ms: int | None
    title: str
    sku_name: str
    picture_url: str | None
    quantity: int
    price_minor: int
    added_price_minor: int
    available: int
    on_sale: bool
    limit_per_buyer: int | None
    is_external: bool
    """Sold elsewhere since it was put in: it cannot be bought here."""


class CartShop(Contract, frozen=True, kw_only=True):
    """What is in the cart of one shop, the newest first."""

    shop_id: ShopId
    shop_name: str
    is_open: bool
    items: list[CartItemView]


class Cart(Contract, frozen=True, kw_only=True):
    """The cart; `count` is the number of items in it, however many pieces of each."""

    shops: list[CartShop]
    count: int


async def get_cart(database: Database, account_id: AccountId) -> Cart:
    """The cart at the prices of now."""
    async with database.connection() as connection:
        items = await checkout_queries.list_cart(connection, account_id)
        if not items:
            return Cart(shops=[], count=0)
        wish = Wish(lines=[_to_line(item.sku_id, item.price_minor, item) for item in items])
        facts = await _get_facts(connection, account_id, wish)
    appraisal = appraise(account_id, wish, facts, "")
    by_sku = {item.sku_id: item for item in items}
    return Cart(shops=[_to_shop(part, by_sku, facts) for part in appraisal.shops], count=len(items))


async def put_cart_item(database: Database, account_id: AccountId, sku_id: SkuId, item: CartItemInput) -> None:
    """Have so many of a SKU in the cart. Raises NotFoundError, InvalidInputError."""
    async with database.transaction() as connection:
        wish = Wish(lines=[_to_line(sku_id, 0, item)])
        facts = await _get_facts(connection, account_id, wish)
        stock = facts.shelf.skus.get(StockId(sku_id))
        if stock is None or stock.sku_id != sku_id:
            raise NotFoundError
        if item.room_id is not None and item.room_id not in facts.counters:
            raise InvalidInputError(field="room_id", reason="unknown")
        if item.video_id is not None and item.video_id not in facts.video_counters:
            raise InvalidInputError(field="video_id", reason="unknown")
        line = appraise(account_id, wish, facts, "").shops[0].lines[0]
        new = CartItem(
            sku_id=sku_id,
            room_id=item.room_id,
            video_id=item.video_id,
            video_at_ms=item.video_at_ms,
            quantity=item.quantity,
            price_minor=line.price_minor,
            added_at=facts.now,
        )
        if not await checkout_queries.put_cart_item(connection, account_id, new, MAX_CART_ITEMS):
            raise InvalidInputError(field="sku_id", reason="cart_full", limit=MAX_CART_ITEMS)


async def delete_cart_item(database: Database, account_id: AccountId, sku_id: SkuId) -> None:
    """Take a SKU out of the cart, if it is in it."""
    async with database.transaction() as connection:
        await checkout_queries.delete_cart_items(connection, [(account_id, sku_id)])


async def _get_facts(connection: Connection, account_id: AccountId, wish: Wish) -> Facts:
    ask = Ask(buyer_id=account_id, wish=wish, address_id=None)
    return await get_facts(connection, [ask], utc_now(), lock=False)


def _to_line(sku_id: SkuId, price_minor: int, item: CartItem | CartItemInput) -> LineInput:
    return LineInput(
        sku_id=sku_id,
        quantity=item.quantity,
        price_minor=price_minor,
        room_id=item.room_id,
        video_id=item.video_id,
        video_at_ms=item.video_at_ms,
    )


def _to_shop(part: ShopAppraisal, by_sku: dict[SkuId, CartItem], facts: Facts) -> CartShop:
    return CartShop(
        shop_id=part.shop.shop_id,
        shop_name=part.shop.name,
        is_open=part.shop.is_open,
        items=[_to_item(line, by_sku[line.sku.sku_id], facts) for line in part.lines],
    )


def _to_item(line: LineAppraisal, item: CartItem, facts: Facts) -> CartItemView:
    return CartItemView(
        sku_id=line.sku.sku_id,
        product_id=line.sku.product_id,
        room_id=item.room_id,
        video_id=item.video_id,
        video_at_ms=item.video_at_ms,
        title=line.sku.product_title,
        sku_name=line.sku.sku_name,
        picture_url=line.sku.picture_url,
        quantity=item.quantity,
        price_minor=line.price_minor,
        added_price_minor=item.price_minor,
        available=facts.shelf.left(line.stock_id),
        on_sale=line.sku.on_sale,
        limit_per_buyer=line.limit_per_buyer,
        is_external=line.sku.is_external,
    )
