"""The door of settlement. What takes a connection runs inside the caller's transaction."""

from xiaodian.modules.settlement.queries import find_settled as is_settled
from xiaodian.modules.settlement.rules import date_in_books, parse_day
from xiaodian.modules.settlement.service.claw_back import claw_back
from xiaodian.modules.settlement.service.money_now import get_money_of_shop
from xiaodian.modules.settlement.service.owners import is_frozen
from xiaodian.modules.settlement.service.reconcile import reconcile
from xiaodian.modules.settlement.service.settle_orders import settle_due

__all__ = [
    "claw_back",
    "date_in_books",
    "get_money_of_shop",
    "is_frozen",
    "is_settled",
    "parse_day",
    "reconcile",
    "settle_due",
]
