"""What of a shop's money needs somebody."""

from datetime import datetime

from xiaodian.contracts.base import Contract
from xiaodian.contracts.settlement import OwnerKind, PayoutState
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.settlement.models import Owner
from xiaodian.modules.settlement.service.owners import get_balances
from xiaodian.modules.settlement.service.payout_rows import list_payouts_of


class MoneyOfShop(Contract, frozen=True, kw_only=True):
    """What can be paid out, and whether the last payout came back."""

    available_minor: int
    currency: str
    has_failed_payout: bool


async def get_money_of_shop(connection: Connection, shop_id: ShopId, now: datetime) -> MoneyOfShop:
    """A shop's money as it is now."""
    owner = Owner(OwnerKind.SHOP, shop_id)
    balances = await get_balances(connection, owner, now, 0)
    latest = await list_payouts_of(connection, owner, before=None, limit=1)
    return MoneyOfShop(
        available_minor=balances.available_minor,
        currency=balances.currency,
        has_failed_payout=any(payout.state is PayoutState.FAILED for payout in latest),
    )
