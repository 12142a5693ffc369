"""The composition root: which modules there are and how they are wired. No logic."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from litestar import Litestar
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from xiaodian.edge import health, pages
from xiaodian.edge.access import guard_access, provide_caller, provide_caller_or_none
from xiaodian.edge.context import Context, provide_context
from xiaodian.edge.hot import HotRoute, HotRoutes
from xiaodian.edge.middleware import EdgeMiddleware
from xiaodian.edge.openapi import openapi_config
from xiaodian.edge.problems import handle_error
from xiaodian.edge.request import MAX_BODY_BYTES, StrictRequest
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Database
from xiaodian.infra.garbage import calm_garbage_collector
from xiaodian.infra.logging import configure_logging
from xiaodian.infra.parents import end_with_parent_process
from xiaodian.infra.patience import patiently
from xiaodian.infra.storage import Storage
from xiaodian.infra.work import Consumer, Job, Service, forget_handled
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts_api
from xiaodian.modules.accounts import jobs as accounts_jobs
from xiaodian.modules.accounts import routes as accounts_routes
from xiaodian.modules.aftersales import handlers as aftersales_handlers
from xiaodian.modules.aftersales import jobs as aftersales_jobs
from xiaodian.modules.aftersales import routes as aftersales_routes
from xiaodian.modules.apps import api as apps_api
from xiaodian.modules.apps import jobs as apps_jobs
from xiaodian.modules.apps import routes as apps_routes
from xiaodian.modules.catalog import handlers as catalog_handlers
from xiaodian.modules.catalog import jobs as catalog_jobs
from xiaodian.modules.catalog import routes as catalog_routes
from xiaodian.modules.club import handlers as club_handlers
from xiaodian.modules.club import jobs as club_jobs
from xiaodian.modules.club import routes as club_routes
from xiaodian.modules.content import api as content_api
from xiaodian.modules.content import handlers as content_handlers
from xiaodian.modules.content import jobs as content_jobs
from xiaodian.modules.content import routes as content_routes
from xiaodian.modules.fans import handlers as fans_handlers
from xiaodian.modules.fans import jobs as fans_jobs
from xiaodian.modules.fans import routes as fans_routes
from xiaodian.modules.feed import api as feed_api
from xiaodian.modules.feed import handlers as feed_handlers
from xiaodian.modules.feed import jobs as feed_jobs
from xiaodian.modules.feed import routes as feed_routes
from xiaodian.modules.imports import api as imports_api
from xiaodian.modules.imports import jobs as imports_jobs
from xiaodian.modules.imports import routes as imports_routes
from xiaodian.modules.insights import api as insights_api
from xiaodian.modules.insights import handlers as insights_handlers
from xiaodian.modules.insights import jobs as insights_jobs
from xiaodian.modules.insights import routes as insights_routes
from xiaodian.modules.integrations import api as integrations_api
from xiaodian.modules.integrations import jobs as integrations_jobs
from xiaodian.modules.integrations import routes as integrations_routes
from xiaodian.modules.ledger import jobs as ledger_jobs
from xiaodian.modules.live import api as live_api
from xiaodian.modules.live import handlers as live_handlers
from xiaodian.modules.live import jobs as live_jobs
from xiaodian.modules.live import routes as live_routes
from xiaodian.modules.media import api as media_api
from xiaodian.modules.media import jobs as media_jobs
from xiaodian.modules.media import routes as media_routes
from xiaodian.modules.orders import api as orders_api
from xiaodian.modules.orders import handlers as orders_handlers
from xiaodian.modules.orders import jobs as orders_jobs
from xiaodian.modules.orders import routes as orders_routes
from xiaodian.modules.outreach import handlers as outreach_handlers
from xiaodian.modules.outreach import jobs as outreach_jobs
from xiaodian.modules.outreach import routes as outreach_routes
from xiaodian.modules.payments import handlers as payments_handlers
from xiaodian.modules.payments import jobs as payments_jobs
from xiaodian.modules.payments import routes as payments_routes
from xiaodian.modules.privacy import routes as privacy_routes
from xiaodian.modules.promotion import handlers as promotion_handlers
from xiaodian.modules.promotion import jobs as promotion_jobs
from xiaodian.modules.promotion import routes as promotion_routes
from xiaodian.modules.risk import jobs as risk_jobs
from xiaodian.modules.search import api as search_api
from xiaodian.modules.search import handlers as search_handlers
from xiaodian.modules.search import routes as search_routes
from xiaodian.modules.settlement import handlers as settlement_handlers
from xiaodian.modules.settlement import jobs as settlement_jobs
from xiaodian.modules.settlement import routes as settlement_routes
from xiaodian.modules.shops import handlers as shops_handlers
from xiaodian.modules.shops import routes as shops_routes
from xiaodian.modules.surfacing import api as surfacing_api
from xiaodian.modules.surfacing import handlers as surfacing_handlers
from xiaodian.modules.surfacing import jobs as surfacing_jobs
from xiaodian.modules.surfacing import routes as surfacing_routes
from xiaodian.modules.webhooks import handlers as webhooks_handlers
from xiaodian.modules.webhooks import jobs as webhooks_jobs
from xiaodian.modules.webhooks import routes as webhooks_routes
from xiaodian.settings import Settings

ROUTES: list[ControllerRouterHandler] = [
    *health.routes,
    *pages.routes,
    *accounts_routes.routes,
    *shops_routes.routes,
    *catalog_routes.routes,
    *promotion_routes.routes,
    *payments_routes.routes,
    *media_routes.routes,
    *content_routes.routes,
    *live_routes.routes,
    *orders_routes.routes,
    *settlement_routes.routes,
    *aftersales_routes.routes,
    *imports_routes.routes,
    *apps_routes.routes,
    *insights_routes.routes,
    *club_routes.routes,
    *fans_routes.routes,
    *feed_routes.routes,
    *surfacing_routes.routes,
    *search_routes.routes,
    *outreach_routes.routes,
    *privacy_routes.routes,
    *webhooks_routes.routes,
    *integrations_routes.routes,
]
JOBS = (
    accounts_jobs,
    ledger_jobs,
    risk_jobs,
    catalog_jobs,
    promotion_jobs,
    payments_jobs,
    media_jobs,
    content_jobs,
    live_jobs,
    orders_jobs,
    settlement_jobs,
    aftersales_jobs,
    imports_jobs,
    apps_jobs,
    insights_jobs,
    club_jobs,
    fans_jobs,
    feed_jobs,
    outreach_jobs,
    surfacing_jobs,
    webhooks_jobs,
    integrations_jobs,
)
FORGET_HANDLED_EVERY_S = 3600.0
JOB_KINDS = imports_api.JobKinds([*imports_api.OWN_KINDS, *orders_jobs.KINDS])
"""Every kind of bulk job, of all modules (edge/bulk.py)."""


@asynccontextmanager
async def open_context(settings: Settings, process: str) -> AsyncIterator[Context]:
    """Connect to the engines, waiting for them as long as it takes; closed at the end of the block."""
    async with AsyncExitStack() as stack:
        database = await patiently(
            lambda: Database.connect(settings.database_url, pool_size=settings.database_pool_size)
        )
        stack.push_async_callback(database.close)
        broker = await patiently(lambda: Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name=process))
        stack.push_async_callback(broker.close)
        await patiently(broker.ensure_streams)
        storage = Storage.open(settings.media_url, settings.data_dir)
        yield Context(settings=settings, database=database, broker=broker, storage=storage)


def consumers(ctx: Context) -> list[Consumer]:
    """Every reaction to events, of all modules."""
    return [
        *shops_handlers.consumers(ctx),
        *catalog_handlers.consumers(ctx),
        *promotion_handlers.consumers(ctx),
        *payments_handlers.consumers(ctx),
        *live_handlers.consumers(ctx),
        *content_handlers.consumers(ctx),
        *orders_handlers.consumers(ctx),
        *settlement_handlers.consumers(ctx),
        *aftersales_handlers.consumers(ctx),
        *insights_handlers.consumers(ctx),
        *club_handlers.consumers(ctx),
        *fans_handlers.consumers(ctx),
        *feed_handlers.consumers(ctx),
        *surfacing_handlers.consumers(ctx),
        *search_handlers.consumers(ctx),
        *outreach_handlers.consumers(ctx),
        *webhooks_handlers.consumers(ctx),
    ]


def jobs(ctx: Context) -> list[Job]:
    """All scheduled work, of all modules."""

    async def _forget_handled() -> None:
        await forget_handled(ctx.database, utc_now())

    return [
        Job(name="inbox", period_s=FORGET_HANDLED_EVERY_S, run=_forget_handled),
        *(job for module in JOBS for job in module.jobs(ctx)),
    ]


def services(ctx: Context) -> list[Service]:
    """What goes on all the time in each worker."""
    return [
        *media_jobs.services(ctx),
        *imports_jobs.services(ctx, JOB_KINDS),
        *surfacing_jobs.services(ctx),
        *webhooks_jobs.services(ctx),
    ]


def create_app(settings: Settings | None = None, context: Context | None = None) -> Litestar:
    """The HTTP application. With a context given it neither opens nor closes engines."""
    hot_routes: dict[tuple[str, str], HotRoute] = {}

    @asynccontextmanager
    async def _engines(app: Litestar) -> AsyncIterator[None]:
        end_with_parent_process()
        chosen = settings or Settings.from_env()
        configure_logging(level=chosen.log_level, log_format=chosen.log_format, process="http")
        async with open_context(chosen, "http") as ctx:
            wire(app, ctx)
            calm_garbage_collector()
            yield
            await app.state.live.close()
            await app.state.order_desk.settle()
            await app.state.behaviour_desk.settle()
            await app.state.like_desk.settle()
            await app.state.open_desk.close()
            await app.state.order_desk.cashier.providers.close()

    app = Litestar(
        route_handlers=ROUTES,
        dependencies={
            "ctx": Provide(provide_context, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=False),
            "maybe_caller": Provide(provide_caller_or_none),
        },
        guards=[guard_access],
        exception_handlers={Exception: handle_error},
        request_class=StrictRequest,
        request_max_body_size=MAX_BODY_BYTES,
        lifespan=[] if context else [_engines],
        openapi_config=openapi_config(),
        logging_config=None,  # The framework would set up Python's logging once more, and its own way.
    )
    app.state.hot_routes = hot_routes
    app.asgi_handler = EdgeMiddleware(HotRoutes(apps_api.OpenGate(app.asgi_handler), hot_routes))
    if context:
        wire(app, context)
    return app


def wire(app: Litestar, ctx: Context) -> None:
    """Give the routes what they work with, instead of what they had."""
    hot_routes: dict[tuple[str, str], HotRoute] = app.state.hot_routes
    hot_routes.clear()
    desk = orders_api.OrderDesk(ctx)
    app.state.context = ctx
    app.state.front_end = pages.load_front_end()
    app.state.find_preview = content_api.make_find_preview(ctx)
    app.state.find_report_preview = insights_api.make_find_report_preview(ctx)
    app.state.authenticate = accounts_api.make_authenticator(ctx, apps_api.find_callers)
    app.state.publish_gate = live_api.RoomGate(ctx)
    app.state.playlists = media_api.make_playlists(ctx)
    app.state.vods = media_api.VodShelf(ctx.database)
    app.state.live = live_api.LiveProcess(ctx)
    app.state.order_desk = desk
    app.state.open_desk = apps_api.OpenDesk(ctx)
    app.state.job_kinds = JOB_KINDS
    app.state.search_desk = search_api.SearchDesk(ctx)
    app.state.behaviour_desk = behaviour_desk = insights_api.BehaviourDesk(ctx)
    app.state.report_press = insights_api.ReportPress(ctx)
    app.state.board_desk = insights_api.BoardDesk(ctx)
    app.state.feed_desk = feed_desk = feed_api.FeedDesk(ctx)
    app.state.like_desk = content_api.LikeDesk(ctx)
    app.state.cursors = integrations_api.Cursors(ctx.database)
    hot_routes["POST", "/api/checkout"] = orders_api.make_checkout(desk)
    hot_routes["GET", "/api/feed"] = feed_api.make_feed_route(feed_desk)
    hot_routes["POST", "/api/behaviour"] = insights_api.make_report_route(ctx, behaviour_desk)
    hot_routes.update(orders_api.make_callbacks(desk))


async def run_gateway(ctx: Context, stop: asyncio.Event) -> None:
    """The live gateway, until `stop` is set."""
    await live_api.run_gateway(ctx, stop)


async def run_ingest(ctx: Context, stop: asyncio.Event) -> None:
    """The ingest of RTMP and browser publishers, until `stop` is set."""
    await media_api.run_ingest(ctx, live_api.RoomGate(ctx), stop)


async def run_listener(ctx: Context, stop: asyncio.Event) -> None:
    """Speech recognition in rooms, until `stop` is set. Raises BadSettingError."""
    listening = asyncio.create_task(surfacing_api.listen(ctx))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((listening, stopping), return_when=asyncio.FIRST_COMPLETED)
    for task in (listening, stopping):
        task.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    if listening.done():
        listening.result()
