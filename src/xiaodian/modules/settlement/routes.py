"""Routes of settlement: of shops, of whoever is paid out, of operators."""

from litestar.handlers import HTTPRouteHandler

from xiaodian.modules.settlement.deposit_routes import DEPOSIT_ROUTES
from xiaodian.modules.settlement.operator_routes import OPERATOR_ROUTES
from xiaodian.modules.settlement.payout_routes import PAYOUT_ROUTES
from xiaodian.modules.settlement.shop_routes import SHOP_ROUTES

routes: list[HTTPRouteHandler] = [*SHOP_ROUTES, *DEPOSIT_ROUTES, *PAYOUT_ROUTES, *OPERATOR_ROUTES]
