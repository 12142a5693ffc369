"""The door of accounts."""

from xiaodian.edge.access import Authenticator
from xiaodian.edge.context import Context
from xiaodian.modules.accounts.authenticator import TokenAuthenticator
from xiaodian.modules.accounts.queries import get_account, get_accounts, get_addresses
from xiaodian.modules.accounts.service.grant_operator import grant_operator

__all__ = ["get_account", "get_accounts", "get_addresses", "grant_operator", "make_authenticator"]


def make_authenticator(ctx: Context) -> Authenticator:
    """What turns a session or access token into its caller; make one per process."""
    return TokenAuthenticator(ctx)
