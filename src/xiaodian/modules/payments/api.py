"""The door of payments. What takes a connection runs inside the caller's transaction."""

from xiaodian.modules.payments import transfers
from xiaodian.modules.payments.queries import (
    find_captured_parts,
    get_charge_of_payer,
    get_order_ids_of_charges,
    lock_captured_parts,
)
from xiaodian.modules.payments.service.accept_notices import Accepted, accept_notices
from xiaodian.modules.payments.service.charges import close_charges_of, create_charge, set_action
from xiaodian.modules.payments.service.failed_refunds import list_refunds_in, retry_refund
from xiaodian.modules.payments.service.inbox import accept_refund_notices
from xiaodian.modules.payments.service.inbox_rows import keep_notices, list_unhandled_payments
from xiaodian.modules.payments.service.movements import (
    find_booked,
    get_statement_lines,
    list_day,
    list_movements,
)
from xiaodian.modules.payments.service.overdue_refunds import list_overdue_refunds
from xiaodian.modules.payments.service.providers import Providers, make_real_providers
from xiaodian.modules.payments.service.refunds import list_refunds, list_refunds_of_shop, request_refunds
from xiaodian.modules.payments.service.refused_notices import list_refused_notices
from xiaodian.modules.payments.service.sandbox_cashier import SandboxOutcome, decide

__all__ = [
    "Accepted",
    "Providers",
    "SandboxOutcome",
    "accept_notices",
    "accept_refund_notices",
    "close_charges_of",
    "create_charge",
    "decide",
    "find_booked",
    "find_captured_parts",
    "get_charge_of_payer",
    "get_order_ids_of_charges",
    "get_statement_lines",
    "keep_notices",
    "list_day",
    "list_movements",
    "list_overdue_refunds",
    "list_refunds",
    "list_refunds_in",
    "list_refunds_of_shop",
    "list_refused_notices",
    "list_unhandled_payments",
    "lock_captured_parts",
    "make_real_providers",
    "request_refunds",
    "retry_refund",
    "set_action",
    "transfers",
]
