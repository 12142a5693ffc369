"""The door of settlement. What takes a connection runs inside the caller's transaction."""

from xiaodian.modules.settlement.queries import find_settled as is_settled
from xiaodian.modules.settlement.rules import Period, date_in_books, parse_day, parse_period
from xiaodian.modules.settlement.service.advance_clock import advance_clock, settle_now
from xiaodian.modules.settlement.service.books_of_shop import get_shop_money, list_settlements
from xiaodian.modules.settlement.service.claw_back import claw_back
from xiaodian.modules.settlement.service.money_now import get_money_of_shop
from xiaodian.modules.settlement.service.month_views import read_period
from xiaodian.modules.settlement.service.owners import is_frozen
from xiaodian.modules.settlement.service.reconcile import reconcile
from xiaodian.modules.settlement.service.settle_orders import settle_due
from xiaodian.modules.settlement.service.statement import Statement, write_period
from xiaodian.modules.settlement.wire import to_balance_view, to_settlement_view, to_statement_view

__all__ = [
    "Period",
    "Statement",
    "advance_clock",
    "claw_back",
    "date_in_books",
    "get_money_of_shop",
    "get_shop_money",
    "is_frozen",
    "is_settled",
    "list_settlements",
    "parse_day",
    "parse_period",
    "read_period",
    "reconcile",
    "settle_due",
    "settle_now",
    "to_balance_view",
    "to_settlement_view",
    "to_statement_view",
    "write_period",
]
