"""The figures of a room, as its host or a shop sees them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.insights import FeaturedSpan, RoomMetrics, RoomProduct, Sums, Traffic
from xiaodian.contracts.live import CueInfo
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.insights import queries
from xiaodian.modules.insights.definitions import aov_minor, average, conversion, gpm_minor, share, uv_value_minor
from xiaodian.modules.insights.log_rules import Minute, carry_on
from xiaodian.modules.insights.queries import ProductSums, SaleSums
from xiaodian.modules.insights.service.eyes import Eyes
from xiaodian.modules.insights.visit_rules import ProductVisit
from xiaodian.modules.live import api as live

MAX_PRODUCTS = 500


async def get_metrics(
    connection: Connection, eyes: Eyes, now: datetime, *, seen_buyers: int | None = None
) -> RoomMetrics:
    """What became of a room; `seen_buyers`: how many of its buyers came into it, if that is known already."""
    room_id, shop_id = eyes.room.room_id, eyes.shop_id
    sums = await queries.get_room_sums(connection, room_id, shop_id)
    placed, paid = await queries.count_buyers(connection, room_id, shop_id)
    elsewhere = await queries.get_elsewhere(connection, room_id, shop_id, DEFAULT_CURRENCY)
    traffic = await _get_traffic(connection, eyes, now) if eyes.sees_traffic else None
    if seen_buyers is None and traffic is not None:
        seen_buyers = await queries.count_seen_buyers(connection, room_id, shop_id)
    return RoomMetrics(
        room_id=room_id,
        state=eyes.room.state,
        started_at_ms=_ms(eyes.room.started_at),
        ended_at_ms=_ms(eyes.room.ended_at),
        is_whole=shop_id is None,
        currency=DEFAULT_CURRENCY,
        sums=to_sums(eyes, sums),
        gmv_net_minor=eyes.money(sums.gmv_minor - sums.returned_minor),
        buyers_placed=placed,
        buyers_paid=paid,
        buyers_seen=seen_buyers if traffic else None,
        aov_minor=eyes.money(aov_minor(sums.gmv_minor, paid)),
        orders_elsewhere=elsewhere.orders,
        amount_elsewhere_minor=eyes.money(elsewhere.amount_minor),
        traffic=traffic,
        watch_average_s=average(traffic.watch_s, traffic.viewers) if traffic else None,
        conversion=conversion(seen_buyers or 0, traffic.viewers) if traffic else None,
        gpm_minor=eyes.money(gpm_minor(sums.gmv_minor, traffic.views)) if traffic else None,
        uv_value_minor=eyes.money(uv_value_minor(sums.gmv_minor, traffic.viewers)) if traffic else None,
    )


async def list_products(connection: Connection, eyes: Eyes, now: datetime) -> list[RoomProduct]:
    """Each product of a room on its way from card to purchase; of a shop's own products, if a shop looks."""
    room_id = eyes.room.room_id
    sold = {each.product_id: each for each in await queries.list_product_sums(connection, room_id, eyes.shop_id)}
    buyers = await queries.count_product_buyers(connection, room_id, eyes.shop_id)
    visits = await queries.list_product_visits(connection, room_id)
    cues = await live.list_cues(connection, room_id)
    times = Counter(cue.product_id for cue in cues)
    in_bag = (await live.list_shown_products(connection, [room_id])).get(room_id, frozenset())
    ids = sorted({*sold, *visits, *times, *in_bag})[:MAX_PRODUCTS]
    return [
        _to_product(
            eyes,
            product,
            sold.get(product.product_id),
            visits.get(product.product_id, ProductVisit()),
            buyers=buyers.get(product.product_id, 0),
            times_featured=times[product.product_id],
            featured_s=_seconds_on_show(cues, product.product_id, eyes.room.ended_at or now),
        )
        for product in await _get_products(connection, eyes, ids)
    ]


async def list_featured(connection: Connection, eyes: Eyes) -> list[FeaturedSpan]:
    """What was held up when, of what these eyes may see."""
    cues = await live.list_cues(connection, eyes.room.room_id)
    products = await _get_products(connection, eyes, sorted({cue.product_id for cue in cues}))
    shown = {product.product_id: product for product in products}
    return [
        FeaturedSpan(
            cue_id=cue.cue_id,
            product_id=cue.product_id,
            title=shown[cue.product_id].title,
            picture_url=next(iter(shown[cue.product_id].picture_urls), None),
            start_ms=to_epoch_ms(cue.start_at),
            end_ms=_ms(cue.end_at),
        )
        for cue in cues
        if cue.product_id in shown
    ]


def to_sums(eyes: Eyes, sums: SaleSums) -> Sums:
    """What was sold, without money for eyes that may not see it."""
    return Sums(
        orders_placed=sums.orders_placed,
        orders_paid=sums.orders_paid,
        pieces=sums.pieces,
        gmv_minor=eyes.money(sums.gmv_minor),
        returned_minor=eyes.money(sums.returned_minor),
    )


async def _get_traffic(connection: Connection, eyes: Eyes, now: datetime) -> Traffic:
    room_id = eyes.room.room_id
    visit = await queries.get_visit(connection, room_id)
    is_on_air = eyes.room.state in live.ON_AIR_STATES
    untold_s = await queries.get_watching_s(connection, room_id, now) if is_on_air else 0
    minutes = await queries.list_log_minutes(connection, room_id)
    audience = await queries.find_audience(connection, room_id)
    total = Minute()
    for minute in carry_on(minutes, audience, to_epoch_ms(now)).values():
        total = total.plus(minute)
    return Traffic(
        saw=visit.saw,
        views=visit.views,
        viewers=visit.viewers,
        watch_s=visit.watch_s + untold_s,
        online_max=total.online_max,
        online_average=average(total.online_ms, total.covered_ms),
        comments=total.comments,
        likes=total.likes,
        saw_card=visit.saw_card,
        clicked=visit.clicked,
        opened_bag=visit.opened_bag,
        viewed_product=visit.viewed_product,
        started_checkout=visit.started_checkout,
        watched_minute=visit.watched_minute,
        sampled=share(visit.sampled_rows, visit.sampled_acts),
    )


async def _get_products(connection: Connection, eyes: Eyes, ids: Sequence[ProductId]) -> list[Product]:
    products = await catalog.get_products(connection, ids)
    return [product for product in products if eyes.shop_id in (None, product.shop_id)]


def _to_product(
    eyes: Eyes,
    product: Product,
    sold: ProductSums | None,
    visit: ProductVisit,
    *,
    buyers: int,
    times_featured: int,
    featured_s: int,
) -> RoomProduct:
    sums = sold.sums if sold else SaleSums()
    return RoomProduct(
        product_id=product.product_id,
        shop_id=product.shop_id,
        title=product.title,
        picture_url=next(iter(product.picture_urls), None),
        impressions=visit.impressions,
        clicks=visit.clicks,
        product_views=visit.product_views,
        checkout_starts=visit.checkout_starts,
        orders_placed=sums.orders_placed,
        orders_paid=sums.orders_paid,
        buyers=buyers,
        pieces=sums.pieces,
        gmv_minor=eyes.money(sums.gmv_minor),
        returned_minor=eyes.money(sums.returned_minor),
        times_featured=times_featured,
        featured_s=featured_s,
    )


def _seconds_on_show(cues: Sequence[CueInfo], product_id: ProductId, until: datetime) -> int:
    spans = (
        max(until if cue.end_at is None else cue.end_at, cue.start_at) - cue.start_at
        for cue in cues
        if cue.product_id == product_id
    )
    return round(sum(span.total_seconds() for span in spans))


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_epoch_ms(moment)
