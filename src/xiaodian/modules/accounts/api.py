"""The door of accounts."""

from xiaodian.edge.access import Authenticator
from xiaodian.edge.context import Context
from xiaodian.modules.accounts.authenticator import FindCallers, TokenAuthenticator
from xiaodian.modules.accounts.name_queries import filter_named, list_named
from xiaodian.modules.accounts.queries import (
    KnownCaller,
    find_account,
    get_account,
    get_accounts,
    get_addresses,
    get_emails,
    list_born_on,
)
from xiaodian.modules.accounts.service.addresses import clean_address
from xiaodian.modules.accounts.service.bell import BELL, ring_bells
from xiaodian.modules.accounts.service.bell import KEY_BYTES as BELL_KEY_BYTES
from xiaodian.modules.accounts.service.end_callers import CallersEnded, end_callers, end_tokens
from xiaodian.modules.accounts.service.erase_account import GHOST_NAME, erase_account, on_erasure
from xiaodian.modules.accounts.service.grant_operator import find_account_of, grant_operator, revoke_operator
from xiaodian.modules.accounts.service.make_up_person import make_up_person
from xiaodian.modules.accounts.service.notices import give_notices
from xiaodian.modules.accounts.service.personal_data import check_password, export, lock_account
from xiaodian.modules.accounts.tokens import APP_TOKEN_PREFIX, hash_token, new_session_token

__all__ = [
    "APP_TOKEN_PREFIX",
    "BELL",
    "BELL_KEY_BYTES",
    "GHOST_NAME",
    "CallersEnded",
    "FindCallers",
    "KnownCaller",
    "check_password",
    "clean_address",
    "end_callers",
    "end_tokens",
    "erase_account",
    "export",
    "filter_named",
    "find_account",
    "find_account_of",
    "get_account",
    "get_accounts",
    "get_addresses",
    "get_emails",
    "give_notices",
    "grant_operator",
    "hash_token",
    "list_born_on",
    "list_named",
    "lock_account",
    "make_authenticator",
    "make_up_person",
    "new_session_token",
    "on_erasure",
    "revoke_operator",
    "ring_bells",
]


def make_authenticator(ctx: Context, find_more: FindCallers | None = None) -> Authenticator:
    """What turns a session or access token into its caller; make one per process."""
    return TokenAuthenticator(ctx, find_more)
