"""Sessions are known quickly and forgotten at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
import pytest
from nats.aio.msg import Msg
from tests.conftest import SignUp

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.edge.access import SESSION_COOKIE
from xiaodian.edge.context import Context
from xiaodian.infra.broker import Broker
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.accounts import queries
from xiaodian.modules.accounts.authenticator import TokenAuthenticator
from xiaodian.modules.accounts.tokens import new_session_token
from xiaodian.settings import Settings

PATIENCE_S = 60


class CountingDatabase(Database):
    """The real database, that also counts how often it was asked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database._pool)
        self.asked = 0

    def connection(self) -> Any:
        """As the real one."""
        self.asked += 1
        return super().connection()


@pytest.fixture
async def other_process(ctx: Context, settings: Settings) -> AsyncIterator[Context]:
    """A context with connections of its own, as another process has, that trusts sessions for an hour."""
    database = await Database.connect(settings.database_url, pool_size=2)
    broker = await Broker.connect(settings.nats_url, prefix=settings.nats_prefix, name="other")
    yield Context(
        settings=msgspec.structs.replace(settings, session_cache_s=3600),
        database=CountingDatabase(database),
        broker=broker,
        storage=ctx.storage,
    )
    await broker.close()
    await database.close()


def _asked(ctx: Context) -> int:
    assert isinstance(ctx.database, CountingDatabase)
    return ctx.database.asked


class TellingAuthenticator(TokenAuthenticator):
    """The real one, that also tells when it has been told to forget somebody."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._told = asyncio.Event()

    async def _forget(self, message: Msg) -> None:
        await super()._forget(message)
        self._told.set()

    async def has_forgotten(self) -> None:
        """Wait for it."""
        async with asyncio.timeout(PATIENCE_S):
            await self._told.wait()


async def test_a_burst_of_new_sessions_costs_few_statements(sign_up: SignUp, other_process: Context) -> None:
    clients = [await sign_up(f"客{number}") for number in range(8)]
    tokens = [client.cookies[SESSION_COOKIE] for client, _ in clients]
    authenticate = TokenAuthenticator(other_process)
    callers = await asyncio.gather(*(authenticate(token) for token in tokens for _ in range(10)))
    assert [caller.account_id for caller in callers if caller] == [
        account_id for _, account_id in clients for _ in range(10)
    ]
    assert _asked(other_process) <= 3


async def test_a_known_session_asks_the_database_once(sign_up: SignUp, other_process: Context) -> None:
    client, account_id = await sign_up()
    authenticate = TokenAuthenticator(other_process)
    for _ in range(5):
        caller = await authenticate(client.cookies[SESSION_COOKIE])
        assert caller is not None
        assert caller.account_id == account_id
        assert caller.scopes == frozenset({Scope.EVERYTHING})
    assert _asked(other_process) == 1


async def test_noise_is_refused_without_asking_the_database(other_process: Context) -> None:
    authenticate = TokenAuthenticator(other_process)
    for noise in ("", "x", "a" * 44, "' OR 1=1 --", "é" * 43, "a" * 100_000):
        assert await authenticate(noise) is None
    assert _asked(other_process) == 0
    assert await authenticate(new_session_token()) is None


async def test_signing_out_ends_the_session_in_every_process_at_once(sign_up: SignUp, other_process: Context) -> None:
    client, _ = await sign_up()
    token = client.cookies[SESSION_COOKIE]
    authenticate = TellingAuthenticator(other_process)
    assert await authenticate(token) is not None
    assert (await client.delete("/api/sessions/current")).status_code == 204
    await authenticate.has_forgotten()
    assert await authenticate(token) is None


async def test_a_revoked_token_ends_in_every_process_at_once(sign_up: SignUp, other_process: Context) -> None:
    client, _ = await sign_up()
    made = (await client.post("/api/me/tokens", json={"name": "OBS", "scopes": ["room:control"]})).json()
    authenticate = TellingAuthenticator(other_process)
    caller = await authenticate(made["token"])
    assert caller is not None
    assert caller.scopes == frozenset({Scope.ROOM_CONTROL})
    assert (await client.delete(f"/api/me/tokens/{made['token_id']}")).status_code == 204
    await authenticate.has_forgotten()
    assert await authenticate(made["token"]) is None


async def test_a_new_name_is_known_in_every_process_at_once(sign_up: SignUp, other_process: Context) -> None:
    client, _ = await sign_up("旧名")
    token = client.cookies[SESSION_COOKIE]
    authenticate = TellingAuthenticator(other_process)
    assert _name(await authenticate(token)) == "旧名"
    assert (await client.patch("/api/me", json={"display_name": "新名"})).status_code == 200
    await authenticate.has_forgotten()
    assert _name(await authenticate(token)) == "新名"


async def test_a_sign_out_during_the_look_up_is_not_forgotten(
    sign_up: SignUp, other_process: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = await sign_up()
    token = client.cookies[SESSION_COOKIE]
    authenticate = TellingAuthenticator(other_process)
    find_callers = queries.find_callers

    async def _find_then_sign_out(connection: Connection, token_hashes: Sequence[bytes]) -> Any:
        found = await find_callers(connection, token_hashes)
        monkeypatch.setattr(queries, "find_callers", find_callers)
        assert (await client.delete("/api/sessions/current")).status_code == 204
        await authenticate.has_forgotten()
        return found

    monkeypatch.setattr(queries, "find_callers", _find_then_sign_out)
    await authenticate(token)
    assert await authenticate(token) is None


async def test_an_ended_session_is_forgotten_after_its_time_even_without_the_broker(
    sign_up: SignUp, ctx: Context, database: Database
) -> None:
    short = Context(
        settings=msgspec.structs.replace(ctx.settings, session_cache_s=0),
        database=ctx.database,
        broker=ctx.broker,
        storage=ctx.storage,
    )
    client, _ = await sign_up()
    authenticate = TokenAuthenticator(short)
    token = client.cookies[SESSION_COOKIE]
    assert await authenticate(token) is not None
    async with database.connection() as connection:
        await connection.execute("DELETE FROM accounts.session")
    assert await authenticate(token) is None


async def test_a_session_past_its_days_is_none(sign_up: SignUp, other_process: Context, database: Database) -> None:
    client, _ = await sign_up()
    async with database.connection() as connection:
        await connection.execute("UPDATE accounts.session SET expires_at = now() - interval '1 second'")
    assert await TokenAuthenticator(other_process)(client.cookies[SESSION_COOKIE]) is None


async def test_use_of_an_access_token_is_noted(sign_up: SignUp, other_process: Context) -> None:
    client, _ = await sign_up()
    made = (await client.post("/api/me/tokens", json={"name": "OBS", "scopes": ["room:control"]})).json()
    assert made["last_used_at_ms"] is None
    await TokenAuthenticator(other_process)(made["token"])
    [listed] = (await client.get("/api/me/tokens")).json()["items"]
    assert listed["last_used_at_ms"] >= made["created_at_ms"] - 1000
    assert "token" not in listed


async def test_secrets_are_not_in_the_database(sign_up: SignUp, database: Database) -> None:
    client, account_id = await sign_up()
    made = (await client.post("/api/me/tokens", json={"name": "OBS", "scopes": ["room:control"]})).json()
    async with database.connection() as connection:
        kept = str(
            [
                await connection.fetch(f"SELECT * FROM accounts.{table}")
                for table in ("account", "session", "access_token")
            ]
        )
    assert str(account_id) in kept
    for secret in (client.cookies[SESSION_COOKIE], made["token"], "correct horse"):
        assert secret not in kept


def _name(caller: Caller | None) -> str:
    assert caller is not None
    return caller.display_name
