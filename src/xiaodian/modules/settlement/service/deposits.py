"""A shop's deposit: what stands for buyers' claims when its balance does not."""

from datetime import datetime

from xiaodian.contracts.settlement import BalanceTooLowError, DepositNeededError, OwnerKind
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.orders import api as orders
from xiaodian.modules.settlement import transfers
from xiaodian.modules.settlement.models import Owner
from xiaodian.modules.settlement.service.owners import get_balances, lock_owner, require_not_frozen


async def pay_deposit(connection: Connection, shop_id: ShopId, amount_minor: int, now: datetime) -> None:
    """Put part of a shop's balance into its deposit. Raises BalanceTooLowError."""
    owner = Owner(OwnerKind.SHOP, shop_id)
    await lock_owner(connection, owner)
    balances = await get_balances(connection, owner, now, 0)
    if amount_minor > balances.available_minor:
        raise BalanceTooLowError(field="amount_minor", available_minor=max(balances.available_minor, 0))
    transfer = transfers.pay_deposit(new_id(), shop_id, amount_minor, balances.currency)
    await ledger.post_many(connection, [transfer], posted_at=now)


async def withdraw_deposit(connection: Connection, shop_id: ShopId, amount_minor: int, now: datetime) -> None:
    """Put part of a shop's deposit back into its balance, unless a buyer may yet have a claim on it.

    Raises MoneyFrozenError, DepositNeededError, BalanceTooLowError.
    """
    owner = Owner(OwnerKind.SHOP, shop_id)
    await lock_owner(connection, owner)
    await require_not_frozen(connection, owner)
    if await orders.has_held_orders(connection, shop_id):
        raise DepositNeededError
    balances = await get_balances(connection, owner, now, 0)
    if amount_minor > balances.deposit_minor:
        raise BalanceTooLowError(field="amount_minor", available_minor=max(balances.deposit_minor, 0))
    transfer = transfers.withdraw_deposit(new_id(), shop_id, amount_minor, balances.currency)
    await ledger.post_many(connection, [transfer], posted_at=now)
