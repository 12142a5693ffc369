"""The door of payments. What takes a connection runs inside the caller's transaction."""

from xiaodian.modules.payments.queries import (
    get_charge_of_payer,
    get_orders_of_charges,
    lock_captured_charges_of,
)
from xiaodian.modules.payments.service.accept_notices import Accepted, accept_notices
from xiaodian.modules.payments.service.charges import create_charge, refund_charges, set_pay_url
from xiaodian.modules.payments.service.providers import Providers

__all__ = [
    "Accepted",
    "Providers",
    "accept_notices",
    "create_charge",
    "get_charge_of_payer",
    "get_orders_of_charges",
    "lock_captured_charges_of",
    "refund_charges",
    "set_pay_url",
]
