"""Ask for one's money, and decide about it."""

from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.settlement import BalanceTooLowError, NoBankAccountError, OwnerKind, PayoutId, PayoutState
from xiaodian.contracts.shops import SandboxShopError, ShopId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.ledger import api as ledger
from xiaodian.modules.settlement import transfers
from xiaodian.modules.settlement.models import Owner, Payout, PayoutDeed
from xiaodian.modules.settlement.service.owners import get_balances, lock_owner, require_not_frozen
from xiaodian.modules.settlement.service.payout_rows import PAYOUT, Change, lock_payouts, move_payouts, note_moves
from xiaodian.modules.shops import api as shops

_COLUMNS = ", ".join(f"${number}" for number in range(1, len(Payout.__struct_fields__) + 1))
_INSERT = f"INSERT INTO settlement.payout ({PAYOUT}) VALUES ({_COLUMNS})"


async def request_payout(
    connection: Connection, owner: Owner, by: AccountId, amount_minor: int, now: datetime, hold_days: int
) -> Payout:
    """Take money from a balance onto its way to the owner's bank.

    Whoever takes from the same balance at once waits for us. Raises MoneyFrozenError, SandboxShopError,
    NoBankAccountError, BalanceTooLowError.
    """
    account = await lock_owner(connection, owner)
    await require_not_frozen(connection, owner)
    if owner.kind is OwnerKind.SHOP and (await shops.get_shop(connection, ShopId(owner.owner_id))).is_sandbox:
        raise SandboxShopError
    if account is None:
        raise NoBankAccountError
    balances = await get_balances(connection, owner, now, hold_days)
    if amount_minor > balances.available_minor:
        raise BalanceTooLowError(field="amount_minor", available_minor=max(balances.available_minor, 0))
    payout = Payout(
        payout_id=PayoutId(new_id()),
        kind=owner.kind,
        owner_id=owner.owner_id,
        amount_minor=amount_minor,
        currency=balances.currency,
        state=PayoutState.REQUESTED,
        holder=account.holder,
        bank=account.bank,
        number=account.number,
        requested_at=now,
        changed_at=now,
    )
    await connection.execute(_INSERT, *(getattr(payout, name) for name in Payout.__struct_fields__))
    await ledger.post_many(connection, [transfers.request_payout(payout)], posted_at=now)
    await note_moves(connection, [payout], [PayoutDeed.REQUEST], by=by, now=now)
    return payout


async def release_payout(connection: Connection, caller: Caller, payout_id: UUID) -> Payout:
    """An operator lets a payout go to the bank with the next batch. Raises NotFoundError, MoneyFrozenError,
    IllegalPayoutMoveError.
    """
    payout = await _lock(connection, payout_id)
    await require_not_frozen(connection, payout.owner)
    [released] = await move_payouts(
        connection, [Change(payout, PayoutDeed.RELEASE)], by=caller.account_id, now=utc_now()
    )
    return released


async def reject_payout(connection: Connection, caller: Caller, payout_id: UUID, reason: str) -> Payout:
    """An operator refuses a payout, with a reason; the money is back in the balance. Raises NotFoundError,
    IllegalPayoutMoveError.
    """
    payout = await _lock(connection, payout_id)
    [rejected] = await move_payouts(
        connection, [Change(payout, PayoutDeed.REJECT, reason)], by=caller.account_id, now=utc_now()
    )
    return rejected


async def _lock(connection: Connection, payout_id: UUID) -> Payout:
    payout = (await lock_payouts(connection, [payout_id])).get(PayoutId(payout_id))
    if payout is None:
        raise NotFoundError
    return payout
