"""What deciding about checkouts needs to know, read with as few statements as the checkouts allow."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId, Address, AddressId
from xiaodian.contracts.catalog import ProductId, SkuAtSale, SkuId, StockId
from xiaodian.contracts.content import VideoCounter, VideoId
from xiaodian.contracts.live import Counter, RoomId
from xiaodian.contracts.promotion import PLATFORM, CouponWish, FlashSale
from xiaodian.contracts.shops import Shop, ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.orders.service.checkout_input import Wish
from xiaodian.modules.promotion import api as promotion
from xiaodian.modules.shops import api as shops
from xiaodian.modules.shops.api import FreightBook

OwnAddress = tuple[AccountId, AddressId]
RoomOfSku = tuple[RoomId, SkuId]
BuyerOfShop = tuple[ShopId, AccountId]
CreatorOfProduct = tuple[AccountId, ProductId]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer with a wish."""

    buyer_id: AccountId
    wish: Wish
    address_id: AddressId | None


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that deciding needs to know. Deciding takes from the shelf, the coupon book and the limit book."""

    now: datetime
    addresses: dict[OwnAddress, Address]
    shelf: catalog.Shelf
    flash_sales: dict[SkuId, FlashSale]
    counters: dict[RoomId, Counter]
    video_counters: dict[VideoId, VideoCounter]
    live_prices: dict[RoomOfSku, int]
    shops: dict[ShopId, Shop]
    freight: FreightBook
    coupons: promotion.CouponBook
    limits: promotion.LimitBook
    standings: dict[BuyerOfShop, int]
    """Levels in fan clubs, of those who may want what is for members first."""
    commissions: dict[CreatorOfProduct, int]


async def get_facts(connection: Connection, asks: Sequence[Ask], now: datetime, *, lock: bool) -> Facts:
    """Read what deciding needs. With `lock`, what is taken from the shelf and the books can be written.

    What many want at once (stock, then coupons, then limits) is locked last, so that it is held for a short time.
    """
    own_addresses = [(ask.buyer_id, ask.address_id) for ask in asks if ask.address_id is not None]
    sku_ids = {line.sku_id for ask in asks for line in ask.wish.lines}
    in_rooms = {(line.room_id, line.sku_id) for ask in asks for line in ask.wish.lines if line.room_id is not None}
    room_ids = {room_id for room_id, _ in in_rooms}
    video_ids = {line.video_id for ask in asks for line in ask.wish.lines if line.video_id is not None}
    addresses = await accounts.get_addresses(connection, own_addresses) if own_addresses else {}
    counters = await live.open_counters(connection, room_ids) if room_ids else {}
    video_counters = await content.open_counters(connection, video_ids) if video_ids else {}
    live_prices = await promotion.live_prices(connection, in_rooms) if room_ids else {}
    shelf = await catalog.open_shelf_of(connection, sku_ids, lock=lock)
    set_aside = {sku.sku_id for sku in shelf.skus.values() if sku.stock_id != sku.sku_id}
    flash_sales = await promotion.find_flash_sales(connection, set_aside, now) if set_aside else {}
    owners, freight = await shops.open_fronts(connection, {sku.shop_id for sku in shelf.skus.values()})
    sellers: dict[UUID, AccountId] = {room_id: counter.host_id for room_id, counter in counters.items()}
    sellers.update((video_id, counter.creator_id) for video_id, counter in video_counters.items())
    pairs = _find_helpers(asks, shelf, sellers, owners) if sellers else set()
    return Facts(
        now=now,
        addresses=addresses,
        shelf=shelf,
        flash_sales=flash_sales,
        counters=counters,
        video_counters=video_counters,
        live_prices=live_prices,
        shops=owners,
        freight=freight,
        commissions=await promotion.find_commissions(connection, pairs) if pairs else {},
        standings=await promotion.find_standings(connection, _find_early(asks, flash_sales, now)),
        coupons=await promotion.open_coupon_book(connection, _find_coupon_wishes(asks), lock=lock),
        limits=await _open_limit_book(connection, asks, shelf, flash_sales, lock=lock),
    )


def _find_early(asks: Sequence[Ask], sales: Mapping[SkuId, FlashSale], now: datetime) -> set[BuyerOfShop]:
    """Who wants what only members may have yet."""
    early = {sku_id: sale.shop_id for sku_id, sale in sales.items() if now < sale.starts_at}
    return {
        (early[line.sku_id], ask.buyer_id) for ask in asks if early for line in ask.wish.lines if line.sku_id in early
    }


def _find_helpers(
    asks: Sequence[Ask], shelf: catalog.Shelf, sellers: Mapping[UUID, AccountId], owners: dict[ShopId, Shop]
) -> set[CreatorOfProduct]:
    """Hosts and creators with a product in their bag that is not of their own shop, by the sellers of places.

    A sandbox shop's money is nobody's.
    """
    pairs: set[CreatorOfProduct] = set()
    for ask in asks:
        for line in ask.wish.lines:
            place = line.room_id or line.video_id
            seller_id = sellers.get(place) if place is not None else None
            sku = shelf.skus.get(StockId(line.sku_id))
            if seller_id is None or sku is None or owners[sku.shop_id].is_sandbox:
                continue
            if owners[sku.shop_id].owner_id != seller_id:
                pairs.add((seller_id, sku.product_id))
    return pairs


def _find_coupon_wishes(asks: Sequence[Ask]) -> list[CouponWish]:
    """Whose codes to look up; how much the goods cost comes into it when a code is judged."""
    return [
        CouponWish(code=code, account_id=ask.buyer_id, shop_id=shop_id, subtotal_minor=0, currency=DEFAULT_CURRENCY)
        for ask in asks
        for shop_id, code in (
            *((shop.shop_id, shop.coupon_code) for shop in ask.wish.shops),
            (PLATFORM, ask.wish.platform_coupon_code),
        )
        if code is not None
    ]


async def _open_limit_book(
    connection: Connection,
    asks: Sequence[Ask],
    shelf: catalog.Shelf,
    flash_sales: dict[SkuId, FlashSale],
    *,
    lock: bool,
) -> promotion.LimitBook:
    limits = _find_limits(shelf.skus.values(), flash_sales)
    if not limits:
        return promotion.LimitBook({})
    pairs = {
        (limit_id, ask.buyer_id) for ask in asks for line in ask.wish.lines for limit_id in limits.get(line.sku_id, ())
    }
    return await promotion.open_limit_book(connection, pairs, lock=lock)


def _find_limits(skus: Collection[SkuAtSale], flash_sales: dict[SkuId, FlashSale]) -> dict[SkuId, list[UUID]]:
    """What limits each SKU: its product, its flash sale."""
    limits: dict[SkuId, list[UUID]] = {}
    for sku in skus:
        if sku.limit_per_buyer is not None and sku.stock_id == sku.sku_id:
            limits.setdefault(sku.sku_id, []).append(sku.product_id)
    for sale in flash_sales.values():
        if sale.limit_per_buyer is not None:
            limits.setdefault(sale.sku_id, []).append(sale.flash_sale_id)
    return limits
