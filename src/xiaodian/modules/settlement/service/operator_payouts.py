"""Payouts with what an operator needs to decide about them."""

from collections.abc import Collection, Sequence

import msgspec

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.settlement import OwnerKind
from xiaodian.contracts.shops import Shop, ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.settlement.models import Freeze, Owner, Payout
from xiaodian.modules.settlement.service.owners import find_freezes
from xiaodian.modules.shops import api as shops


class PayoutSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A payout, whose it is, and whether that money is frozen."""

    payout: Payout
    owner_name: str
    freeze: Freeze | None


async def see_payouts(connection: Connection, payouts: Sequence[Payout]) -> list[PayoutSeen]:
    """Payouts with names and freezes, in the same order."""
    names = await find_names(connection, {payout.owner for payout in payouts})
    freezes = await find_freezes(connection, {payout.owner for payout in payouts})
    return [
        PayoutSeen(
            payout=payout,
            owner_name=names[payout.owner],
            freeze=freezes.get(payout.owner),
        )
        for payout in payouts
    ]


async def find_names(connection: Connection, owners: Collection[Owner]) -> dict[Owner, str]:
    """What owners of money are called; empty for those that are no more."""
    shop_ids = [ShopId(owner.owner_id) for owner in owners if owner.kind is OwnerKind.SHOP]
    account_ids = [AccountId(owner.owner_id) for owner in owners if owner.kind is not OwnerKind.SHOP]
    of_shops = await shops.get_shops(connection, shop_ids)
    of_accounts = await accounts.get_accounts(connection, account_ids)
    return {owner: _name_of(owner, of_shops, of_accounts) for owner in owners}


def _name_of(owner: Owner, of_shops: dict[ShopId, Shop], of_accounts: dict[AccountId, Account]) -> str:
    if owner.kind is OwnerKind.SHOP:
        shop = of_shops.get(ShopId(owner.owner_id))
        return shop.name if shop else ""
    account = of_accounts.get(AccountId(owner.owner_id))
    return account.display_name if account else ""
