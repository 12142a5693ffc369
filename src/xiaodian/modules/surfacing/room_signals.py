"""From what happens in a room to what the engine takes. Pure but for the bag that it keeps as it was last told."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from xiaodian.contracts import surfacing
from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.live import (
    AnyMoment,
    BagMoment,
    CommentMoment,
    CueSource,
    FeaturedMoment,
    PriceMoment,
    PurchaseMoment,
    StockMoment,
    ViewersMoment,
)
from xiaodian.contracts.surfacing import Signal
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.live import api as live
from xiaodian.modules.surfacing.room_rules import is_chinese

PLENTY = 1_000_000
"""Stock of what is bought elsewhere, which has none here."""
MAX_TITLE = 200
MAX_SAID = 4000


class RoomSignals:
    """One room's signals, in ms since `origin_ms`, which is no later than the first of them."""

    def __init__(self, room_id: str, origin_ms: int, items: Sequence[BagItem]) -> None:
        self._room_id = room_id
        self._origin_ms = origin_ms
        self._items = list(items)
        self._sales: set[str] = set()

    @property
    def product_ids(self) -> set[str]:
        """What is in the bag."""
        return {str(item.product_id) for item in self._items}

    def bag(self, at_ms: int) -> surfacing.Bag:
        """The bag as it is."""
        titles = "".join(item.title for item in self._items)
        return surfacing.Bag(
            t_ms=self.since(at_ms),
            room=self._room_id,
            lang="zh" if not titles or is_chinese(titles) else "en",
            products=tuple(_to_product(item) for item in self._items[: surfacing.MAX_BAG_PRODUCTS]),
        )

    def since(self, at_ms: int) -> int:
        """Milliseconds since the origin."""
        return max(0, at_ms - self._origin_ms)

    def of_moment(self, moment: AnyMoment, arrived_ms: int) -> list[Signal]:
        """What a moment of the room's log says to the engine, which takes things as they arrive."""
        t_ms = self.since(arrived_ms)
        match moment:
            case CommentMoment() if not moment.is_host:
                return [surfacing.Comment(t_ms=t_ms, account=str(moment.account_id), text=moment.text[:MAX_SAID])]
            case PurchaseMoment():
                return [
                    surfacing.Purchase(
                        t_ms=t_ms, account=moment.name[:MAX_TITLE], product_id=str(moment.product_id), n=moment.quantity
                    )
                ]
            case ViewersMoment():
                return [surfacing.Viewers(t_ms=t_ms, n=moment.online)]
            case FeaturedMoment() if moment.why is None or moment.why.source is not CueSource.AUTO:
                return [surfacing.HostCue(t_ms=t_ms, product_id=str(moment.product_id))]
            case BagMoment():
                self._items = list(moment.items)
                return [self.bag(arrived_ms), *self._new_sales(arrived_ms)]
            case PriceMoment() | StockMoment():
                return self._of_sku(moment, arrived_ms)
        return []

    def of_caption(self, text: str, arrived_ms: int) -> Signal:
        """Something was said."""
        return surfacing.Transcript(t_ms=self.since(arrived_ms), text=text[:MAX_SAID])

    def of_click(self, viewer: str, product_id: str, arrived_ms: int) -> list[Signal]:
        """Somebody opened a product; others than those of the bag do not count."""
        if product_id not in self.product_ids:
            return []
        return [surfacing.BagClick(t_ms=self.since(arrived_ms), account=viewer, product_id=product_id)]

    def of_clock(self, now_ms: int) -> list[Signal]:
        """Flash sales that were announced, and have begun since."""
        return self._new_sales(now_ms)

    def _of_sku(self, moment: PriceMoment | StockMoment, arrived_ms: int) -> list[Signal]:
        """Stock is told a SKU at a time, and counts a product at a time."""
        self._items = live.with_sku(self._items, moment)
        if isinstance(moment, PriceMoment):
            return [self.bag(arrived_ms)]
        item = next((item for item in self._items if item.product_id == moment.product_id), None)
        if item is None:
            return []
        return [surfacing.Stock(t_ms=self.since(arrived_ms), product_id=str(item.product_id), n=stock_of(item))]

    def _new_sales(self, now_ms: int) -> list[Signal]:
        signals: list[Signal] = []
        for item in self._items:
            for sku in item.skus:
                sale = sku.flash_sale
                if sale is None or str(sale.flash_sale_id) in self._sales:
                    continue
                if sale.starts_at_ms <= now_ms < sale.ends_at_ms and sale.left > 0:
                    self._sales.add(str(sale.flash_sale_id))
                    signals.append(
                        surfacing.FlashSale(
                            t_ms=self.since(now_ms),
                            product_id=str(item.product_id),
                            price_minor=sale.price_minor,
                            until_ms=self.since(sale.ends_at_ms),
                        )
                    )
        return signals


def stock_of(item: BagItem) -> int:
    """How many pieces of a product can be bought, flash sales included."""
    if item.external is not None:
        return PLENTY
    return sum(sku.available + (sku.flash_sale.left if sku.flash_sale else 0) for sku in item.skus)


def in_order(
    moments: Iterable[tuple[int, AnyMoment]], captions: Iterable[tuple[datetime, str]]
) -> list[tuple[int, AnyMoment | str]]:
    """What happened and what was said, by the time at which it did."""
    told: list[tuple[int, AnyMoment | str]] = [*moments]
    told += [(to_epoch_ms(end_at), text) for end_at, text in captions]
    return sorted(told, key=lambda each: each[0])


def _to_product(item: BagItem) -> surfacing.BagProduct:
    prices = [sku.price_minor for sku in item.skus]
    return surfacing.BagProduct(
        product_id=str(item.product_id),
        number=item.number,
        title=item.title[:MAX_TITLE],
        skus=tuple(sku.name[:MAX_TITLE] for sku in item.skus if sku.name),
        price_minor=min(prices) if prices else None,
        stock=stock_of(item),
    )
