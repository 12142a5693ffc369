"""Who looked at which product, and when a product can be bought again or costs less: occasions of flows.

This is a memory of KEPT_DAYS, made from events as they come. It cannot be made anew: pages' reports expire, and a
stock's past is not kept as moments.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import Product, ProductId, ProductState, StockChanged
from xiaodian.contracts.insights import BehaviourKind, BehaviourReported
from xiaodian.contracts.outreach import Trigger
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.catalog import api as catalog

KEPT_DAYS = 60
LOWEST_OF_DAYS = 30
LEAST_DROP = 0.05
"""A price that fell by less is no occasion."""
LEAST_OUT = timedelta(hours=6)
"""What was sold out for less time, as when an order was cancelled, is no occasion when it is back."""
PAUSE = timedelta(days=7)
"""Of one product so much time passes between two occasions of a kind."""

_LOOKED = frozenset({BehaviourKind.CARD_CLICKED, BehaviourKind.PRODUCT_VIEWED, BehaviourKind.CHECKOUT_STARTED})
_LOOKED_WORDS = tuple(kind.value.encode() for kind in _LOOKED)
_decode_report = msgspec.json.Decoder(BehaviourReported).decode
_decode_stock = msgspec.json.Decoder(StockChanged).decode


class OfProduct(msgspec.Struct, frozen=True):
    """Which product an event is about."""

    product_id: ProductId


_decode_of_product = msgspec.json.Decoder(OfProduct).decode

_WATCHED = """
    INSERT INTO outreach.watched AS known (shop_id, product_id, account_id, seen_at)
    SELECT shop_id, product_id, account_id, max(seen_at)
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
        AS told (shop_id, product_id, account_id, seen_at) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (shop_id, product_id, account_id) DO UPDATE SET seen_at = greatest(known.seen_at, excluded.seen_at)
"""
_OUT = """
    INSERT INTO outreach.sold_out (product_id, since) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
_BACK = "DELETE FROM outreach.sold_out WHERE product_id = $1 RETURNING since"
_TURN = """
    INSERT INTO outreach.turn (shop_id, product_id, kind, at) SELECT $1, $2, $3, $4::timestamptz
    WHERE NOT EXISTS (
        SELECT FROM outreach.turn
        WHERE shop_id = $1 AND product_id = $2 AND kind = $3 AND at > $4::timestamptz - $5::interval
    ) ON CONFLICT DO NOTHING
"""


def may_tell_of_goods(report: bytes) -> bool:
    """Most reports tell of no product, and to read them all costs more than all else here."""
    return any(word in report for word in _LOOKED_WORDS)


async def note_watching(connection: Connection, envelopes: Sequence[Envelope], now: datetime) -> None:
    """Who looked at what, as their pages told; saying it again changes nothing."""
    told = [
        (item.product_id, report.account_id, min(from_epoch_ms(item.at_ms), now))
        for envelope in envelopes
        if (report := _decode_report(envelope.data)).account_id is not None
        for item in report.items
        if item.kind in _LOOKED and item.product_id is not None
    ]
    if not told:
        return
    products = await catalog.get_products(connection, sorted({product_id for product_id, _, _ in told}))
    shop_of = {product.product_id: product.shop_id for product in products}
    rows = [
        (shop_of[product_id], product_id, account_id, seen_at)
        for product_id, account_id, seen_at in told
        if product_id in shop_of
    ]
    if rows:
        await connection.execute(_WATCHED, *map(list, zip(*rows, strict=True)))


async def note_stocks(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """What is sold out, and what is back. Only of what may be either is anything looked up."""
    told = [(_decode_stock(envelope.data), from_epoch_ms(envelope.occurred_at_ms)) for envelope in envelopes]
    latest = {event.product_id: at for event, at in told}
    known_out = await connection.fetch(
        "SELECT product_id FROM outreach.sold_out WHERE product_id = ANY($1::uuid[])", list(latest)
    )
    of_interest = {event.product_id for event, _ in told if event.available == 0} | {
        ProductId(row["product_id"]) for row in known_out
    }
    for product in await catalog.get_products(connection, sorted(of_interest)):
        at = latest[product.product_id]
        if not can_be_bought(product):
            await connection.execute(_OUT, product.product_id, at)
        elif (since := await connection.fetchval(_BACK, product.product_id)) is not None and at - since >= LEAST_OUT:
            await _note_turn(connection, product.shop_id, product.product_id, Trigger.BACK_IN_STOCK, at)


async def note_prices(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """What costs noticeably less than at any time in LOWEST_OF_DAYS before: a price that was raised first is none."""
    latest = {
        _decode_of_product(envelope.data).product_id: from_epoch_ms(envelope.occurred_at_ms) for envelope in envelopes
    }
    if not latest:
        return
    since = min(latest.values()) - timedelta(days=LOWEST_OF_DAYS)
    for drop in await catalog.list_price_drops(connection, sorted(latest), since):
        if drop.price_minor <= drop.before_minor * (1 - LEAST_DROP):
            await _note_turn(connection, drop.shop_id, drop.product_id, Trigger.PRICE_DROP, drop.changed_at)


async def forget_goods(database: Database, now: datetime) -> None:
    """What is older than KEPT_DAYS is gone."""
    before = now - timedelta(days=KEPT_DAYS)
    async with database.connection() as connection:
        await connection.execute("DELETE FROM outreach.watched WHERE seen_at < $1", before)
        await connection.execute("DELETE FROM outreach.turn WHERE at < $1", before)


async def _note_turn(connection: Connection, shop_id: UUID, product_id: ProductId, kind: Trigger, at: datetime) -> None:
    await connection.execute(_TURN, shop_id, product_id, kind, at, PAUSE)


def can_be_bought(product: Product) -> bool:
    """Whether a product is on sale, and something of it is there."""
    return product.state is ProductState.ON_SALE and any(sku.available > 0 for sku in product.skus)
