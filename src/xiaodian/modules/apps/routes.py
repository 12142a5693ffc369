"""HTTP of apps."""

from xiaodian.modules.apps import routes_apps, routes_oauth, routes_sandbox, routes_shops

routes = [*routes_oauth.routes, *routes_apps.routes, *routes_shops.routes, *routes_sandbox.routes]
