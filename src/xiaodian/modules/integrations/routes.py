"""HTTP: the open API under /open/v1."""

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from xiaodian.modules.integrations import (
    routes_after_sales,
    routes_document,
    routes_fan_club,
    routes_fan_segments,
    routes_finance,
    routes_jobs,
    routes_orders,
    routes_own_fans,
    routes_products,
    routes_promotion,
    routes_rooms,
    routes_sandbox,
    routes_short_videos,
    routes_stock,
    routes_surfacing,
    routes_webhooks,
)
from xiaodian.modules.integrations.call import provide_call
from xiaodian.modules.integrations.opening import BASE

routes: list[ControllerRouterHandler] = [
    Router(
        path=BASE,
        route_handlers=[
            *routes_products.routes,
            *routes_stock.routes,
            *routes_orders.routes,
            *routes_after_sales.routes,
            *routes_promotion.routes,
            *routes_rooms.routes,
            *routes_surfacing.routes,
            *routes_short_videos.routes,
            *routes_fan_segments.routes,
            *routes_fan_club.routes,
            *routes_own_fans.routes,
            *routes_finance.routes,
            *routes_webhooks.routes,
            *routes_jobs.routes,
            *routes_sandbox.routes,
        ],
        dependencies={"call": Provide(provide_call, sync_to_thread=False)},
    ),
    *routes_document.routes,
]
