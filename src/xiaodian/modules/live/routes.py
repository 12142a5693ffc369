"""All routes of live."""

from xiaodian.modules.live import routes_control, routes_goods, routes_viewer

routes = [*routes_viewer.routes, *routes_goods.routes, *routes_control.routes]
