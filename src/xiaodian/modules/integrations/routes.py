"""HTTP: the open API under /open/v1."""

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from xiaodian.modules.integrations import routes_document, routes_orders, routes_products, routes_stock
from xiaodian.modules.integrations.call import provide_call
from xiaodian.modules.integrations.opening import BASE

routes: list[ControllerRouterHandler] = [
    Router(
        path=BASE,
        route_handlers=[*routes_products.routes, *routes_stock.routes, *routes_orders.routes],
        dependencies={"call": Provide(provide_call, sync_to_thread=False)},
    ),
    *routes_document.routes,
]
