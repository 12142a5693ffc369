"""Tell every process that what it knows of a caller is no longer so."""

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.broker import Broker

CALLERS_ENDED = "accounts.callers_ended"
"""Plain NATS subject (not stored); a process that misses it is wrong for at most `session_cache_s`."""


class CallersEnded(msgspec.Struct, frozen=True, kw_only=True):
    """Forget these tokens, and all tokens of this account if one is named."""

    token_hashes: list[bytes] = []
    account_id: AccountId | None = None


async def end_callers(broker: Broker, ended: CallersEnded) -> None:
    """Call it after the commit of what ended a session or token, or changed what a Caller says."""
    await broker.poke(CALLERS_ENDED, msgspec.json.encode(ended))
