"""From a token to its caller: a bounded cache before batched look-ups, emptied at once by sign-outs anywhere."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
from nats.aio.msg import Msg

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.edge.context import Context
from xiaodian.infra.batcher import Batcher
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import queries
from xiaodian.modules.accounts.queries import KnownCaller
from xiaodian.modules.accounts.service.end_callers import CALLERS_ENDED, CallersEnded
from xiaodian.modules.accounts.service.note_token_use import note_token_use
from xiaodian.modules.accounts.tokens import hash_token, looks_like_token

MAX_CACHED = 50_000
MAX_BATCH = 500
MAX_QUEUE = 20_000

FindCallers = Callable[[Connection, Sequence[bytes]], Awaitable[dict[bytes, KnownCaller]]]
"""Where else to look for tokens that this module does not know, by their hashes."""

_decode_ended = msgspec.json.Decoder(CallersEnded).decode


class TokenAuthenticator:
    """Callable: token → Caller, or None if it is unknown or has ended. One per process.

    A caller is trusted for `session_cache_s` after it was read, which bounds how long a sign-out can go unnoticed
    while the broker is away; otherwise a message of the process that ended it removes it within a round trip.
    """

    def __init__(self, ctx: Context, find_more: FindCallers | None = None) -> None:
        self._ctx = ctx
        self._find_more = find_more
        self._cache: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()
        self._endings = 0
        self._listening: asyncio.Task[None] | None = None
        self._lookups: Batcher[bytes, Caller | None] = Batcher(
            self._look_up, max_batch=MAX_BATCH, max_queue=MAX_QUEUE, parallel=2
        )

    async def __call__(self, token: str) -> Caller | None:
        """Who calls with this token. Raises UnavailableError when the database is away."""
        if not looks_like_token(token):
            return None
        token_hash = hash_token(token)
        cached = self._cache.get(token_hash)
        if cached is not None and time.monotonic() < cached[1]:
            return cached[0]
        await self._listen()
        return await self._lookups.submit(token_hash)

    async def _look_up(self, token_hashes: Sequence[bytes]) -> list[Caller | None]:
        endings_before = self._endings
        wanted = list(set(token_hashes))
        async with self._ctx.database.connection() as connection:
            found = await queries.find_callers(connection, wanted)
            unknown = [token_hash for token_hash in wanted if token_hash not in found]
            more = await self._find_more(connection, unknown) if self._find_more and unknown else {}
        callers = {key: caller for key, (caller, _) in found.items()} | {key: each.caller for key, each in more.items()}
        # If something ended while we were reading, what we read may be from before: answer it, but do not keep it.
        if self._endings == endings_before:
            self._keep(callers, {key: each.left_s for key, each in more.items()})
        await note_token_use(
            self._ctx.database, [key for key, (_, is_access_token) in found.items() if is_access_token]
        )
        return [callers.get(token_hash) for token_hash in token_hashes]

    def _keep(self, callers: Mapping[bytes, Caller], left_s: Mapping[bytes, float]) -> None:
        now, most_s = time.monotonic(), float(self._ctx.settings.session_cache_s)
        for token_hash, caller in callers.items():
            self._cache[token_hash] = (caller, now + min(most_s, left_s.get(token_hash, most_s)))
            self._cache.move_to_end(token_hash)
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)

    async def _listen(self) -> None:
        """Subscribe before anything is cached. The client subscribes again by itself after a reconnection."""
        if self._listening is None:
            self._listening = asyncio.get_running_loop().create_task(self._subscribe())
        await asyncio.shield(self._listening)

    async def _subscribe(self) -> None:
        await self._ctx.broker.client.subscribe(self._ctx.broker.subject(CALLERS_ENDED), cb=self._forget)

    async def _forget(self, message: Msg) -> None:
        ended = _decode_ended(message.data)
        self._endings += 1
        for token_hash in ended.token_hashes:
            self._cache.pop(token_hash, None)
        if ended.account_id is not None:
            for token_hash in self._tokens_of(ended.account_id):
                del self._cache[token_hash]

    def _tokens_of(self, account_id: AccountId) -> list[bytes]:
        return [key for key, (caller, _) in self._cache.items() if caller.account_id == account_id]
