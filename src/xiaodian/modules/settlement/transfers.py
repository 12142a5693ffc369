"""What settlement moves in the ledger. Ids follow from what is moved, so posting again posts nothing."""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid5

from xiaodian.contracts.accounting import (
    BANK,
    PLATFORM_FEES,
    creator_account,
    deposit_account,
    escrow_account,
    payout_account,
    service_account,
    shop_account,
)
from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.ledger import Entry, Transfer
from xiaodian.contracts.orders import Order
from xiaodian.contracts.settlement import OwnerKind
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.settlement.models import ClawBack, Owner, Parts, Payout, Settlement, Share

SETTLE, CLAW_BACK, DRAW_ON_DEPOSIT = "settle", "claw_back", "draw_on_deposit"
DEPOSIT, DEPOSIT_WITHDRAWN = "deposit", "deposit_withdrawn"
PAYOUT, PAYOUT_PAID, PAYOUT_RETURNED = "payout", "payout_paid", "payout_returned"

_ACCOUNT_OF = {
    OwnerKind.SHOP: shop_account,
    OwnerKind.CREATOR: creator_account,
    OwnerKind.SERVICE: service_account,
}


def account_of(owner: Owner) -> str:
    """Where an owner's balance stands."""
    return _ACCOUNT_OF[owner.kind](owner.owner_id)


def settle_id(order_id: UUID) -> UUID:
    """The one transfer by which an order is settled."""
    return uuid5(order_id, SETTLE)


def settle(order: Order, shares: Iterable[Share]) -> Transfer | None:
    """Escrow to everybody who has earned it; None if all of the money went back before."""
    earned = _earned(order.shop_id, ((share, share.parts) for share in shares))
    entries = _entries({escrow_account(order.order_id): -sum(earned.values()), **earned})
    if not entries:
        return None
    return Transfer(
        transfer_id=settle_id(order.order_id),
        kind=SETTLE,
        currency=order.currency,
        entries=entries,
        reference=str(order.order_id),
    )


def claw_back(
    settlement: Settlement, shares: Mapping[int, Share], back: Mapping[int, Parts], refund_id: UUID
) -> Transfer:
    """From everybody who had earned it back into the order's escrow."""
    earned = _earned(settlement.shop_id, ((shares[line_no], parts) for line_no, parts in back.items()))
    entries = {account: -amount_minor for account, amount_minor in earned.items()}
    return Transfer(
        transfer_id=uuid5(refund_id, CLAW_BACK),
        kind=CLAW_BACK,
        currency=settlement.currency,
        entries=_entries({**entries, escrow_account(settlement.order_id): sum(earned.values())}),
        reference=str(settlement.order_id),
        reverses_id=settlement.transfer_id,
    )


def draw_on_deposit(settlement: Settlement, done: ClawBack) -> Transfer:
    """What the shop's balance does not cover of a claw-back, out of its deposit."""
    return Transfer(
        transfer_id=uuid5(done.refund_id, DRAW_ON_DEPOSIT),
        kind=DRAW_ON_DEPOSIT,
        currency=settlement.currency,
        entries=_entries(
            {
                deposit_account(settlement.shop_id): -done.deposit_minor,
                shop_account(settlement.shop_id): done.deposit_minor,
            }
        ),
        reference=str(settlement.order_id),
    )


def pay_deposit(deposit_id: UUID, shop_id: ShopId, amount_minor: int, currency: str) -> Transfer:
    """From a shop's balance into its deposit."""
    return _of_deposit(DEPOSIT, deposit_id, shop_id, amount_minor, currency)


def withdraw_deposit(withdrawal_id: UUID, shop_id: ShopId, amount_minor: int, currency: str) -> Transfer:
    """From a shop's deposit back into its balance."""
    return _of_deposit(DEPOSIT_WITHDRAWN, withdrawal_id, shop_id, -amount_minor, currency)


def request_payout(payout: Payout) -> Transfer:
    """From the owner's balance onto the way."""
    return _of_payout(PAYOUT, payout, account_of(payout.owner), payout_account(payout.payout_id))


def pay_out(payout: Payout) -> Transfer:
    """From the way to the bank."""
    return _of_payout(PAYOUT_PAID, payout, payout_account(payout.payout_id), BANK)


def return_payout(payout: Payout) -> Transfer:
    """From the way back to the owner's balance; it names the transfer that took it."""
    return _of_payout(
        PAYOUT_RETURNED,
        payout,
        payout_account(payout.payout_id),
        account_of(payout.owner),
        reverses_id=uuid5(payout.payout_id, PAYOUT),
    )


def _of_payout(kind: str, payout: Payout, source: str, target: str, reverses_id: UUID | None = None) -> Transfer:
    return Transfer(
        transfer_id=uuid5(payout.payout_id, kind),
        kind=kind,
        currency=payout.currency,
        entries=_entries({source: -payout.amount_minor, target: payout.amount_minor}),
        reference=str(payout.payout_id),
        reverses_id=reverses_id,
    )


def _of_deposit(kind: str, transfer_id: UUID, shop_id: ShopId, put_in_minor: int, currency: str) -> Transfer:
    return Transfer(
        transfer_id=transfer_id,
        kind=kind,
        currency=currency,
        entries=_entries({shop_account(shop_id): -put_in_minor, deposit_account(shop_id): put_in_minor}),
        reference=str(shop_id),
    )


def _earned(shop_id: ShopId, parts: Iterable[tuple[Share, Parts]]) -> dict[str, int]:
    earned: dict[str, int] = {}

    def _add(account: str, amount_minor: int) -> None:
        earned[account] = earned.get(account, 0) + amount_minor

    for share, part in parts:
        _add(shop_account(shop_id), part.shop_minor)
        _add(PLATFORM_FEES, part.fee_minor)
        if part.commission_minor:
            _add(creator_account(_taker(share.creator_id)), part.commission_minor)
        if part.service_minor:
            _add(service_account(_taker(share.provider_id)), part.service_minor)
    return earned


def _taker(account_id: AccountId | None) -> AccountId:
    assert account_id is not None
    return account_id


def _entries(amounts: Mapping[str, int]) -> list[Entry]:
    return [
        Entry(account=account, amount_minor=amount_minor) for account, amount_minor in amounts.items() if amount_minor
    ]
