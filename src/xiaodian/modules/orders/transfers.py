"""What each step of an order moves in the ledger. Ids follow from what is moved, so posting again posts nothing.

Accounts: `provider:<name>` what a provider holds for us (negative: it took in so much), `escrow:<order>` the buyer's
money until the goods have arrived, `shop:<id>` what a shop has earned, `platform:fees` ours.
"""

from uuid import UUID, uuid5

from xiaodian.contracts.ledger import Entry, Transfer
from xiaodian.contracts.orders import Order
from xiaodian.contracts.payments import Charge
from xiaodian.modules.orders.rules import platform_fee_minor

PLATFORM_FEES = "platform:fees"


def escrow_account(order_id: UUID) -> str:
    """Where a buyer's money waits."""
    return f"escrow:{order_id}"


def shop_account(shop_id: UUID) -> str:
    """What a shop has earned."""
    return f"shop:{shop_id}"


def provider_account(provider: str) -> str:
    """What a provider holds for us."""
    return f"provider:{provider}"


def capture(charge: Charge) -> Transfer:
    """A buyer's money comes in."""
    return _between("capture", charge, source=provider_account(charge.provider), target=escrow_account(charge.order_id))


def refund(charge: Charge) -> Transfer:
    """A buyer's money goes back."""
    return _between("refund", charge, source=escrow_account(charge.order_id), target=provider_account(charge.provider))


def settle(order: Order) -> Transfer:
    """The buyer has the goods: the money goes to the shop, less the platform's fee."""
    fee_minor = platform_fee_minor(order.total_minor)
    entries = [
        Entry(account=escrow_account(order.order_id), amount_minor=-order.total_minor),
        Entry(account=shop_account(order.shop_id), amount_minor=order.total_minor - fee_minor),
        Entry(account=PLATFORM_FEES, amount_minor=fee_minor),
    ]
    return Transfer(
        transfer_id=uuid5(order.order_id, "settle"),
        kind="settle",
        currency=order.currency,
        entries=[entry for entry in entries if entry.amount_minor],
        reference=str(order.order_id),
    )


def _between(kind: str, charge: Charge, *, source: str, target: str) -> Transfer:
    return Transfer(
        transfer_id=uuid5(charge.charge_id, kind),
        kind=kind,
        currency=charge.currency,
        entries=[
            Entry(account=source, amount_minor=-charge.amount_minor),
            Entry(account=target, amount_minor=charge.amount_minor),
        ],
        reference=str(charge.order_id),
    )
