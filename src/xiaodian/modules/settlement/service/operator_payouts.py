"""Payouts with what an operator needs to decide about them."""

from collections.abc import Sequence

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
    shop_ids = [ShopId(payout.owner_id) for payout in payouts if payout.kind is OwnerKind.SHOP]
    account_ids = [AccountId(payout.owner_id) for payout in payouts if payout.kind is not OwnerKind.SHOP]
    of_shops = await shops.get_shops(connection, shop_ids)
    of_accounts = await accounts.get_accounts(connection, account_ids)
    freezes = await find_freezes(connection, {payout.owner for payout in payouts})
    return [
        PayoutSeen(
            payout=payout,
            owner_name=_name_of(payout.owner, of_shops, of_accounts),
            freeze=freezes.get(payout.owner),
        )
        for payout in payouts
    ]


def _name_of(owner: Owner, of_shops: dict[ShopId, Shop], of_accounts: dict[AccountId, Account]) -> str:
    if owner.kind is OwnerKind.SHOP:
        shop = of_shops.get(ShopId(owner.owner_id))
        return shop.name if shop else ""
    account = of_accounts.get(AccountId(owner.owner_id))
    return account.display_name if account else ""
