"""What orders themselves move in the ledger. How money comes in and goes back to buyers stands with payments, how it is
split among those who earned it with settlement.
"""

from uuid import uuid5

from xiaodian.contracts.accounting import PLATFORM_SUBSIDIES, escrow_account
from xiaodian.contracts.ledger import Entry, Transfer
from xiaodian.contracts.orders import Order, OrderRefund


def return_subsidy(order: Order, refund: OrderRefund) -> Transfer:
    """The platform's part of a discount goes back with the goods; posting it again posts nothing."""
    return Transfer(
        transfer_id=uuid5(refund.refund_id, "subsidy"),
        kind="return_subsidy",
        currency=order.currency,
        entries=[
            Entry(account=escrow_account(order.order_id), amount_minor=-refund.platform_minor),
            Entry(account=PLATFORM_SUBSIDIES, amount_minor=refund.platform_minor),
        ],
        reference=str(order.order_id),
    )
