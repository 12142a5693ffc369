"""Names of ledger accounts: where money stands, from a buyer's payment to a seller's bank.

A positive balance is what we owe the one an account is named after, or hold for a purpose. The two that stand for the
world outside, `provider:<name>` and `bank`, run negative by what came in through them and has not gone out again.
"""

from uuid import UUID

PLATFORM_FEES = "platform:fees"
"""What the platform has earned."""
PLATFORM_SUBSIDIES = "platform:subsidies"
"""What the platform has given away in coupons of its own; runs negative."""
BANK = "bank"
"""The platform's bank, through which sellers and creators are paid out."""


def provider_account(provider: str) -> str:
    """What a payment provider has taken in for us, less what it has given back."""
    return f"provider:{provider}"


def refund_account(provider: str) -> str:
    """Refunds decided here that the provider has not carried out yet."""
    return f"refunds:{provider}"


def escrow_account(order_id: UUID) -> str:
    """Where a buyer's money (and the platform's subsidy) waits until the goods have arrived."""
    return f"escrow:{order_id}"


def shop_account(shop_id: UUID) -> str:
    """What a shop has earned and not been paid out."""
    return f"shop:{shop_id}"


def deposit_account(shop_id: UUID) -> str:
    """What a shop has left with the platform as security."""
    return f"deposit:{shop_id}"


def creator_account(account_id: UUID) -> str:
    """What a creator has earned by commission and not been paid out."""
    return f"creator:{account_id}"


def service_account(account_id: UUID) -> str:
    """What a service provider has earned by its share and not been paid out."""
    return f"service:{account_id}"


def payout_account(payout_id: UUID) -> str:
    """A payout on its way: taken from its owner, not yet paid by the bank."""
    return f"payout:{payout_id}"
