"""The past of the demo's first shop, played once: `python -m xiaodian.cli.show.past`, with the platform's settings.

A year of shows, so that segments, cohorts and the forecast have something to say on the first day. It runs beside the
platform with its clock turned back and goes through the same use cases as everybody else: what it leaves behind is what
a shop of that age has, its money included.
"""

import asyncio
import heapq
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.app import open_context
from xiaodian.cli.show import shorts
from xiaodian.cli.show.catalogue import REGIONS, YUE
from xiaodian.cli.show.past_memory import NEVER, Kept, Memory, Person
from xiaodian.cli.show.past_plan import RECEIVED_AFTER, SHIPPED_AFTER, Glance, Past, Purchase, Show, Visit, plan_past
from xiaodian.cli.show.past_room import ART, audience_of, said_in, steps_of
from xiaodian.contracts.accounts import AccountId, AddressId, Caller, Scope
from xiaodian.contracts.base import DomainError
from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.content import VideoState
from xiaodian.contracts.insights import BehaviourKind
from xiaodian.contracts.live import RoomId, RoomState
from xiaodian.contracts.orders import Order, OrderState
from xiaodian.contracts.shops import Shop
from xiaodian.edge.context import Context
from xiaodian.infra.database import OpenTransaction
from xiaodian.infra.logging import configure_logging, get_logger
from xiaodian.kit.clock import turn_clock, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.content import api as content
from xiaodian.modules.fans import api as fans
from xiaodian.modules.insights import api as insights
from xiaodian.modules.live import api as live
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import api as settlement
from xiaodian.modules.shops import api as shops
from xiaodian.settings import Settings

NICENESS = 15
PIECE_S = 120
"""Pages tell of watching in pieces of at most so long."""
PIECES_TOGETHER = 4
DONE_WITHIN = timedelta(minutes=1)
"""A deed of the plan leaves its traces so long after its time at most."""

CHECK_S, CHECKS = 2.0, 90
"""How often, and how many times, it is looked whether something else is ready."""

log = get_logger(__name__)


class Fan(NamedTuple):
    """Somebody made up, and where parcels go."""

    caller: Caller
    address_id: AddressId
    viewer_id: UUID


class Stage(NamedTuple):
    """Whose past it is, and what is sold."""

    host: Caller
    shop: Shop
    products: list[Product]
    cover_url: str | None = None


Step = Callable[[], Awaitable[None]]


class Player:
    """Plays deeds in the order of their time; a deed may bring about later ones."""

    def __init__(self, ctx: Context, stage: Stage, people: list[Fan], until: datetime, memory: Memory | None) -> None:
        self._ctx, self._stage, self._fans, self._until, self._memory = ctx, stage, people, until, memory
        self._reached = NEVER if memory is None else memory.reached()
        self._desk = orders.OrderDesk(ctx)
        self._pages = insights.BehaviourDesk(ctx)
        self._rooms: dict[int, RoomId] = {}
        self._visits: defaultdict[int, list[Visit]] = defaultdict(list)
        self._waiting: list[tuple[datetime, int, Step]] = []
        self._numbers = count()

    def plan(self, past: Past) -> None:
        """Put all of it into the queue."""
        for show in past.shows:
            self._at(show.begins_at - timedelta(minutes=1), partial(self._hold, show))
        for visit in past.visits:
            self._at(visit.at, partial(self._come, visit))
            self._visits[visit.show].append(visit)
        for glance in past.glances:
            self._at(glance.at, partial(self._pass_by, glance))
        for purchase in past.purchases:
            self._at(purchase.at, partial(self._buy, purchase))

    async def play(self) -> None:
        """All that happened before `until`. What a shop would refuse, such as goods sold out, did not happen."""
        while self._waiting:
            at, _, step = heapq.heappop(self._waiting)
            if at >= self._until:
                continue
            turn_clock(at)
            try:
                await step()
            except DomainError as error:
                log.warning("past_refused", at=at.isoformat(), error=repr(error))
            if self._memory is not None and at > self._reached:
                self._memory.note(at)
        await self._desk.settle()
        await self._pages.settle()

    def _at(self, at: datetime, step: Step) -> None:
        heapq.heappush(self._waiting, (at, next(self._numbers), step))

    def _was_done(self, at: datetime) -> bool:
        """Whether who played this before got as far."""
        return at <= self._reached

    async def _hold(self, show: Show) -> None:
        """A room that was on air and is over; no film of it was kept."""
        async with self._ctx.database.connection() as connection:
            room = await live.find_room_planned_for(connection, self._stage.host.account_id, show.begins_at)
        self._rooms[show.number] = await self._open(show) if room is None else room.room_id

    async def _open(self, show: Show) -> RoomId:
        visits = self._visits[show.number]
        # Whole or not at all: a room that was only planned would be waited for.
        async with self._ctx.database.transaction() as connection:
            ctx = msgspec.structs.replace(self._ctx, database=OpenTransaction(connection))
            room = await live.create_room(
                ctx, self._stage.host, title=show.title, cover_url=self._stage.cover_url, planned_at=show.begins_at
            )
            bag = [product.product_id for product in self._stage.products]
            await live.set_bag(ctx, self._stage.host, room.room_id, bag)
            # Logs are read in the order of telling: what was while it was on air goes before its end.
            await live.tell_past(self._ctx.broker, room.room_id, audience_of(show, visits))
            room = await live.move_room(connection, room, RoomState.ON_AIR, show.begins_at)
            await live.move_room(connection, room, RoomState.ENDED, show.ends_at)
        people = [(fan.caller.account_id, fan.caller.display_name) for fan in self._fans]
        arts = [ART.get(product.title, "") for product in self._stage.products]
        # What is said in a room that nobody knows yet is of no fan.
        await live.tell_past(self._ctx.broker, room.room_id, said_in(show, visits, people, arts))
        return room.room_id

    async def _come(self, visit: Visit) -> None:
        if not self._was_done(visit.at):
            await self._enter(visit)
        room_id, fan = self._rooms[visit.show], self._fans[visit.fan]
        span_s = PIECE_S * PIECES_TOGETHER
        for begun_s in range(0, visit.watch_s, span_s):
            watched_s = min(span_s, visit.watch_s - begun_s)
            told_at = visit.at + timedelta(seconds=begun_s + watched_s)
            if not self._was_done(told_at):
                self._at(told_at, partial(self._watch, fan, room_id, watched_s))

    async def _enter(self, visit: Visit) -> None:
        room_id, fan = self._rooms[visit.show], self._fans[visit.fan]
        steps = [
            insights.BehaviourItem(
                kind=kind,
                room_id=room_id,
                product_id=None if product is None else self._stage.products[product].product_id,
            )
            for kind, product in steps_of(visit)
        ]
        await self._tell(fan, steps)
        if visit.follows:
            await content.follow_creator(self._ctx, fan.caller.account_id, self._stage.host.account_id)

    async def _pass_by(self, glance: Glance) -> None:
        if not self._was_done(glance.at):
            seen = insights.BehaviourItem(kind=BehaviourKind.SEEN, room_id=self._rooms[glance.show])
            await self._tell(self._fans[glance.fan], [seen])

    async def _watch(self, fan: Fan, room_id: RoomId, watched_s: int) -> None:
        ends = range(min(PIECE_S, watched_s), watched_s + 1, PIECE_S)
        await self._tell(
            fan,
            [
                insights.BehaviourItem(
                    kind=BehaviourKind.WATCHED,
                    room_id=room_id,
                    watch_s=min(PIECE_S, watched_s),
                    ago_ms=(watched_s - end) * 1000,
                )
                for end in ends
            ],
        )

    async def _tell(self, fan: Fan, items: list[insights.BehaviourItem]) -> None:
        await self._pages.report(str(fan.viewer_id), fan.viewer_id, fan.caller.account_id, items)

    async def _buy(self, purchase: Purchase) -> None:
        fan = self._fans[purchase.fan]
        async with self._ctx.database.connection() as connection:
            order = await orders.find_placed_between(
                connection, fan.caller.account_id, purchase.at, purchase.at + DONE_WITHIN
            )
        if order is None:
            await self._begin_checkout(purchase)
            order = await self._place(purchase)
        if order.state is OrderState.PENDING_PAYMENT:
            await orders.pay_in_sandbox(self._ctx, self._desk.cashier, fan.caller.account_id, [order])
        elif order.state is OrderState.SHIPPED:
            self._at(purchase.at + SHIPPED_AFTER + RECEIVED_AFTER, partial(self._receive, order, fan))
            return
        elif order.state is not OrderState.PAID or order.refunded_minor:
            return
        if purchase.is_refunded:
            self._at(purchase.at + SHIPPED_AFTER, partial(self._give_back, order))
        else:
            self._at(purchase.at + SHIPPED_AFTER, partial(self._ship, order, fan))

    async def _begin_checkout(self, purchase: Purchase) -> None:
        if purchase.show is not None:
            begun = insights.BehaviourItem(
                kind=BehaviourKind.CHECKOUT_STARTED,
                room_id=self._rooms[purchase.show],
                product_id=self._stage.products[purchase.product].product_id,
            )
            await self._tell(self._fans[purchase.fan], [begun])

    async def _place(self, purchase: Purchase) -> Order:
        fan, product = self._fans[purchase.fan], self._stage.products[purchase.product]
        sku = product.skus[purchase.variant]
        line = orders.LineInput(
            sku_id=sku.sku_id,
            quantity=purchase.quantity,
            price_minor=sku.price_minor,
            room_id=None if purchase.show is None else self._rooms[purchase.show],
        )
        wish = orders.CheckoutInput(lines=[line], address_id=fan.address_id)
        [order] = await self._desk.place(fan.caller, str(new_id()), wish)
        return order

    async def _give_back(self, order: Order) -> None:
        wish = orders.SellerRefund(
            lines={line.line_no: line.amount_minor - line.off_minor - line.platform_off_minor for line in order.lines},
            freight_minor=order.freight_minor,
        )
        async with self._ctx.database.transaction() as connection:
            await orders.refund_by_seller(connection, self._stage.host, order.order_id, wish)

    async def _ship(self, order: Order, fan: Fan) -> None:
        number = f"SF{order.order_id.int % 10**13:013}"
        await orders.ship_order(self._ctx, self._stage.host, order.order_id, "顺丰", number)
        self._at(utc_now() + RECEIVED_AFTER, partial(self._receive, order, fan))

    async def _receive(self, order: Order, fan: Fan) -> None:
        async with self._ctx.database.transaction() as connection:
            await orders.confirm_receipt(connection, fan.caller, order.order_id)
        await settlement.settle_now(self._ctx, [order.order_id])


async def make_up_all(ctx: Context, past: Past) -> list[Fan]:
    """The fans of a plan."""
    return [await _make_up(ctx, name, number) for number, name in enumerate(past.names)]


async def play_past(
    ctx: Context, stage: Stage, past: Past, until: datetime, people: list[Fan], memory: Memory | None = None
) -> None:
    """Let happen what is planned, up to `until`, but for what has happened already. Meanwhile this process lives in the
    past.
    """
    player = Player(ctx, stage, people, until, memory)
    player.plan(past)
    try:
        await player.play()
    finally:
        turn_clock(None)


async def find_stage(ctx: Context, sign_in: str) -> Stage:
    """The host, the shop and its goods that anybody may buy as often as they like. Raises NotFoundError."""
    async with ctx.database.connection() as connection:
        account_id = await accounts.find_account_of(connection, sign_in)
        account = await accounts.get_account(connection, account_id)
        shop = await shops.find_shop_of(connection, account_id)
        assert shop is not None, "the host opens it before this is started"
        products = await catalog.list_products(connection, shop.shop_id, catalog.ProductFilter(), limit=50)
        rooms = await live.list_rooms_of_host(connection, account_id, list(RoomState), before=None, limit=1)
    free = [product for product in products if product.limit_per_buyer is None and product.skus]
    return Stage(
        _caller(account_id, account.display_name),
        shop,
        sorted(free, key=lambda each: each.product_id),
        cover_url=rooms[0].cover_url if rooms else None,
    )


async def _let_films_go_first(ctx: Context, host_id: AccountId) -> None:
    """A visitor looks for the host's short videos first, and these need the machine."""
    for _ in range(CHECKS):
        async with ctx.database.connection() as connection:
            films = await content.list_own(
                connection, host_id, before=None, limit=shorts.MOST, state=VideoState.PUBLISHED
            )
        if len(films) == shorts.MOST:
            return
        await asyncio.sleep(CHECK_S)


async def _has_past(ctx: Context, shop: Shop, before: datetime) -> bool:
    async with ctx.database.connection() as connection:
        return await orders.has_orders_before(connection, shop.shop_id, before)


async def _make_up(ctx: Context, name: str, number: int) -> Fan:
    address = accounts.clean_address(
        recipient=name,
        phone=f"1350000{number % 10_000:04}",
        region=REGIONS[number % len(REGIONS)],
        detail="莓果路 1 号",
    )
    async with ctx.database.transaction() as connection:
        account_id, address_id = await accounts.make_up_person(connection, name, address)
    return Fan(_caller(account_id, name), address_id, new_id())


def _caller(account_id: AccountId, name: str) -> Caller:
    return Caller(account_id=account_id, display_name=name, is_operator=False, scopes=frozenset({Scope.EVERYTHING}))


async def _reckon(ctx: Context, shop: Shop, people: Collection[AccountId]) -> None:
    """Bring the figures of fans up to date at once, with the days of the past, and let them be learnt from."""
    await fans.rebuild(ctx, utc_now())
    known = 0
    for _ in range(CHECKS):
        before, known = known, await fans.rebuild_moves(ctx, shop.shop_id, people, utc_now())
        if known == before:
            break
        # The worker may still count who only watched.
        await asyncio.sleep(CHECK_S)
    if fans.can_predict():
        await fans.predict_again(ctx.database, shop.shop_id, ctx.settings.books_utc_offset_h, utc_now())


async def _main() -> None:
    settings = msgspec.structs.replace(Settings.from_env(), database_pool_size=3)
    configure_logging(level="error", log_format="console", process="past")
    memory = Memory(settings.data_dir)
    async with open_context(settings, "past") as ctx:
        now = utc_now()
        stage = await find_stage(ctx, YUE.sign_in)
        kept = memory.recall()
        if kept is None and await _has_past(ctx, stage.shop, now - timedelta(days=30)):
            return
        if kept is None:
            await _let_films_go_first(ctx, stage.host.account_id)
        if kept is None or not kept.is_over:
            people = await play_on(ctx, stage, memory, now)
            await _reckon(ctx, stage.shop, [each.caller.account_id for each in people])
            memory.end()


async def play_on(ctx: Context, stage: Stage, memory: Memory, now: datetime) -> list[Fan]:
    """Begin the past, which ends at `now`, or go on where somebody stopped who began it; answers whose it is."""
    kept = memory.recall()
    until = now if kept is None else kept.until
    if kept is not None:
        # The shop may have got more goods since: the plan was made of these.
        async with ctx.database.connection() as connection:
            goods = await catalog.get_products(connection, [ProductId(each) for each in kept.product_ids])
        stage = stage._replace(products=goods)
    past = plan_past(until, [len(product.skus) for product in stage.products])
    if kept is None:
        people = await make_up_all(ctx, past)
        ids: list[UUID] = [product.product_id for product in stage.products]
        persons = [Person(each.caller.account_id, each.address_id, each.viewer_id) for each in people]
        memory.keep(Kept(until, ids, persons))
    else:
        people = [
            Fan(_caller(AccountId(each.account_id), name), AddressId(each.address_id), each.viewer_id)
            for each, name in zip(kept.people, past.names, strict=True)
        ]
    await play_past(ctx, stage, past, until, people, memory)
    return people


if __name__ == "__main__":
    os.nice(NICENESS)
    asyncio.run(_main())
