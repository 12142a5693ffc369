"""HTTP of promotion, put together."""

from xiaodian.modules.promotion import routes_commissions, routes_coupons, routes_flash_sales

routes = [*routes_coupons.routes, *routes_flash_sales.routes, *routes_commissions.routes]
