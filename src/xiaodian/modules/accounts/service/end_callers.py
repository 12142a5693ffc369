"""Tell every process that what it knows of a caller is no longer so."""

from collections.abc import Sequence

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.infra.broker import Broker

CALLERS_ENDED = "accounts.callers_ended"
"""Plain NATS subject (not stored); a process that misses it is wrong for at most `session_cache_s`."""


MOST_A_MESSAGE = 5000


class CallersEnded(msgspec.Struct, frozen=True, kw_only=True):
    """Forget these tokens, and all tokens of this account if one is named."""

    token_hashes: list[bytes] = []
    account_id: AccountId | None = None


async def end_callers(broker: Broker, ended: CallersEnded) -> None:
    """Call it after the commit of what ended a session or token, or changed what a Caller says."""
    await broker.poke(CALLERS_ENDED, msgspec.json.encode(ended))


async def end_tokens(broker: Broker, token_hashes: Sequence[bytes]) -> None:
    """The same for many tokens, such as all those of an app."""
    for start in range(0, len(token_hashes), MOST_A_MESSAGE):
        await end_callers(broker, CallersEnded(token_hashes=list(token_hashes[start : start + MOST_A_MESSAGE])))
