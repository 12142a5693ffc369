"""What payments move in the ledger. Ids follow from what is moved, so posting again posts nothing."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from xiaodian.contracts.accounting import PLATFORM_SUBSIDIES, escrow_account, provider_account, refund_account
from xiaodian.contracts.ledger import Entry, Transfer
from xiaodian.contracts.payments import Charge, Refund


def capture(charge: Charge, subsidies: Mapping[UUID, int]) -> list[Transfer]:
    """A buyer's money comes in: one transfer an order, with what the platform adds to it (by order)."""
    return [
        Transfer(
            transfer_id=uuid5(charge.charge_id, f"capture {part.order_id}"),
            kind="capture",
            currency=charge.currency,
            entries=_entries(
                (provider_account(charge.provider), -part.amount_minor),
                (PLATFORM_SUBSIDIES, -subsidies.get(part.order_id, 0)),
                (escrow_account(part.order_id), part.amount_minor + subsidies.get(part.order_id, 0)),
            ),
            reference=str(part.order_id),
        )
        for part in charge.parts
    ]


def request_refund(refund: Refund) -> Transfer:
    """A buyer's money shall go back: it leaves escrow, and the provider has yet to carry it out."""
    return _of_refund(refund, "refund_requested", escrow_account(refund.order_id), refund_account(refund.provider))


def settle_refund(refund: Refund) -> Transfer:
    """The provider has given the money back."""
    return _of_refund(refund, "refund", refund_account(refund.provider), provider_account(refund.provider))


def _of_refund(refund: Refund, kind: str, source: str, target: str) -> Transfer:
    return Transfer(
        transfer_id=uuid5(refund.refund_id, kind),
        kind=kind,
        currency=refund.currency,
        entries=_entries((source, -refund.amount_minor), (target, refund.amount_minor)),
        reference=str(refund.order_id),
    )


def _entries(*sides: tuple[str, int]) -> list[Entry]:
    return [Entry(account=account, amount_minor=amount_minor) for account, amount_minor in sides if amount_minor]
