"""The door of accounts."""

from xiaodian.edge.access import Authenticator
from xiaodian.edge.context import Context
from xiaodian.modules.accounts.authenticator import TokenAuthenticator
from xiaodian.modules.accounts.queries import get_account, get_accounts, get_addresses
from xiaodian.modules.accounts.service.addresses import clean_address
from xiaodian.modules.accounts.service.grant_operator import find_account_of, grant_operator, revoke_operator
from xiaodian.modules.accounts.tokens import hash_token, new_session_token

__all__ = [
    "clean_address",
    "find_account_of",
    "get_account",
    "get_accounts",
    "get_addresses",
    "grant_operator",
    "hash_token",
    "make_authenticator",
    "new_session_token",
    "revoke_operator",
]


def make_authenticator(ctx: Context) -> Authenticator:
    """What turns a session or access token into its caller; make one per process."""
    return TokenAuthenticator(ctx)
