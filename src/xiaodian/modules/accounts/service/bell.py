"""The bell of an account: whoever holds its key hears that there is something new in the inbox, and nothing else.

A page asks for its account's key and hangs it up where it has a connection anyway, as in a room. What rings is told to
whoever listens right now, and kept nowhere: the inbox holds what came.
"""

from collections.abc import Sequence

from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context
from xiaodian.infra.sealing import Sealer
from xiaodian.settings import Settings

BELL = "bell"
"""Where bells ring: keys one after the other."""
KEY_BYTES = 16


def bell_keys(settings: Settings, account_ids: Sequence[AccountId]) -> list[bytes]:
    """Their keys, which nobody can work out from an id."""
    sealer = Sealer.of(settings)
    return [sealer.derive(b"bell" + account_id.bytes, KEY_BYTES) for account_id in account_ids]


async def ring_bells(ctx: Context, account_ids: Sequence[AccountId]) -> None:
    """Something new is in these inboxes."""
    if account_ids:
        await ctx.broker.poke(BELL, b"".join(bell_keys(ctx.settings, account_ids)))
