"""Tokens are renewed, narrowed and ended, and never become more than was agreed to."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from nats.aio.msg import Msg
from tests.conftest import SignUp
from tests.modules.apps.conftest import Stage, WhoCalls
from tests.modules.apps.dance import (
    consent,
    get_tokens,
    make_app_token,
    make_proof,
    open_shop,
    question,
    refresh,
    register,
)

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.modules.accounts.authenticator import TokenAuthenticator
from xiaodian.modules.apps import api as apps
from xiaodian.modules.apps.jobs import jobs
from xiaodian.modules.shops import api as shops

PATIENCE_S = 60


class TellingAuthenticator(TokenAuthenticator):
    """One that trusts what it knows for an hour, and tells when it was told to forget."""

    def __init__(self, ctx: Context) -> None:
        patient = msgspec.structs.replace(ctx.settings, session_cache_s=3600)
        super().__init__(msgspec.structs.replace(ctx, settings=patient), apps.find_callers)
        self._told = asyncio.Event()

    async def _forget(self, message: Msg) -> None:
        await super()._forget(message)
        self._told.set()

    async def has_forgotten(self) -> None:
        """Wait for it."""
        async with asyncio.timeout(PATIENCE_S):
            await self._told.wait()


async def test_a_refresh_token_buys_new_tokens_and_is_spent(stage: Stage, who_calls: WhoCalls) -> None:
    first = await stage.tokens()
    second = (await refresh(stage.program, stage.app, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert await who_calls(second["access_token"]) is not None


async def test_a_refresh_token_shown_twice_ends_the_whole_family(stage: Stage, who_calls: WhoCalls) -> None:
    first = await stage.tokens()
    second = (await refresh(stage.program, stage.app, first["refresh_token"])).json()
    again = await refresh(stage.program, stage.app, first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    for tokens in (first, second):
        assert await who_calls(tokens["access_token"]) is None
    assert (await refresh(stage.program, stage.app, second["refresh_token"])).json()["error"] == "invalid_grant"


async def test_another_consents_tokens_outlive_it(stage: Stage, who_calls: WhoCalls) -> None:
    other = await stage.tokens()
    first = await stage.tokens()
    await refresh(stage.program, stage.app, first["refresh_token"])
    await refresh(stage.program, stage.app, first["refresh_token"])
    assert await who_calls(other["access_token"]) is not None


async def test_refreshed_at_once_several_times_one_wins_and_all_end(stage: Stage) -> None:
    first = await stage.tokens()
    answers = await asyncio.gather(*(refresh(stage.program, stage.app, first["refresh_token"]) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


async def test_refreshing_may_ask_for_less_but_not_for_more(stage: Stage, who_calls: WhoCalls) -> None:
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof, scope="orders:read products:read"))
    form = {
        "grant_type": "authorization_code",
        "code": given["code"],
        "redirect_uri": question(stage.app, proof)["redirect_uri"],
        "code_verifier": proof.verifier,
    }
    tokens = (await stage.program.post("/oauth/token", data=form, auth=stage.app.basic)).json()
    more = await refresh(stage.program, stage.app, tokens["refresh_token"], scope="orders:read products:write")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")
    less = (await refresh(stage.program, stage.app, tokens["refresh_token"], scope="orders:read")).json()
    assert less["scope"] == "orders:read"
    caller = await who_calls(less["access_token"])
    assert caller is not None
    assert caller.scopes == {Scope.ORDERS_READ}
    whole = (await refresh(stage.program, stage.app, less["refresh_token"])).json()
    assert whole["scope"] == "orders:read products:read"


async def test_an_access_token_buys_nothing_and_a_refresh_token_opens_nothing(
    stage: Stage, who_calls: WhoCalls
) -> None:
    tokens = await stage.tokens()
    assert (await refresh(stage.program, stage.app, tokens["access_token"])).json()["error"] == "invalid_grant"
    assert await who_calls(tokens["refresh_token"]) is None


async def test_another_app_cannot_refresh_it_nor_end_it(stage: Stage, who_calls: WhoCalls) -> None:
    other = await register(stage.developer)
    tokens = await stage.tokens()
    assert (await refresh(stage.program, other, tokens["refresh_token"])).json()["error"] == "invalid_grant"
    answer = await stage.program.post("/oauth/revoke", data={"token": tokens["access_token"]}, auth=other.basic)
    assert answer.status_code == 200
    assert await who_calls(tokens["access_token"]) is not None
    assert (await refresh(stage.program, stage.app, tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("hint", ["", "access_token", "refresh_token", "nonsense"])
async def test_an_app_gives_up_its_tokens(stage: Stage, who_calls: WhoCalls, hint: str) -> None:
    tokens = await stage.tokens()
    form = {"token": tokens["refresh_token"]} | ({"token_type_hint": hint} if hint else {})
    for _ in range(2):
        answer = await stage.program.post("/oauth/revoke", data=form, auth=stage.app.basic)
        assert (answer.status_code, answer.json()) == (200, {})
    assert await who_calls(tokens["access_token"]) is None
    assert (await refresh(stage.program, stage.app, tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_who_is_no_app_ends_no_token(stage: Stage, who_calls: WhoCalls) -> None:
    tokens = await stage.tokens()
    wrong = (stage.app.client_id, "xds_" + "x" * 43)
    refused = await stage.program.post("/oauth/revoke", data={"token": tokens["access_token"]}, auth=wrong)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    missing = await stage.program.post("/oauth/revoke", data={}, auth=stage.app.basic)
    assert missing.json()["error"] == "invalid_request"
    assert await who_calls(tokens["access_token"]) is not None


async def test_tokens_end_with_their_time(stage: Stage, who_calls: WhoCalls, ctx: Context, database: Database) -> None:
    tokens = await stage.tokens()
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT is_refresh, expires_at - created_at AS life FROM apps.token")
        assert {row["is_refresh"]: row["life"].total_seconds() for row in rows} == {False: 3600, True: 90 * 86400}
        await connection.execute("UPDATE apps.token SET expires_at = now() - interval '1 second'")
    assert await who_calls(tokens["access_token"]) is None
    assert (await refresh(stage.program, stage.app, tokens["refresh_token"])).json()["error"] == "invalid_grant"
    for job in jobs(ctx):
        await job.run()
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM apps.token") == 0


async def test_disconnecting_ends_the_token_in_every_process_at_once(stage: Stage, ctx: Context) -> None:
    tokens = await stage.tokens()
    elsewhere = TellingAuthenticator(ctx)
    assert await elsewhere(tokens["access_token"]) is not None
    [connected] = (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"]
    assert (connected["name"], connected["given_by"]) == ("仓库助手", "卖家")
    gone = await stage.seller.delete(f"/api/shops/{stage.shop_id}/connections/{connected['connection_id']}")
    assert gone.status_code == 204
    await elsewhere.has_forgotten()
    assert await elsewhere(tokens["access_token"]) is None
    assert (await refresh(stage.program, stage.app, tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"] == []


async def test_a_code_not_yet_shown_is_worth_nothing_after_disconnecting(stage: Stage) -> None:
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof))
    [connected] = (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"]
    await stage.seller.delete(f"/api/shops/{stage.shop_id}/connections/{connected['connection_id']}")
    form = {"grant_type": "authorization_code", "code": given["code"], "code_verifier": proof.verifier}
    answer = await stage.program.post("/oauth/token", data=form, auth=stage.app.basic)
    assert answer.json()["error"] == "invalid_grant"


async def test_what_was_agreed_to_last_holds_for_tokens_from_before(stage: Stage, who_calls: WhoCalls) -> None:
    tokens = await stage.tokens()
    await consent(stage.seller, stage.shop_id, question(stage.app, make_proof(), scope="products:read"))
    caller = await who_calls(tokens["access_token"])
    assert caller is not None
    assert caller.scopes == {Scope.PRODUCTS_READ}


async def test_a_scope_that_the_app_gives_back_is_lost_at_once(stage: Stage, ctx: Context) -> None:
    tokens = await stage.tokens()
    elsewhere = TellingAuthenticator(ctx)
    assert await elsewhere(tokens["access_token"]) is not None
    path = f"/api/me/apps/{stage.app.client_id}"
    assert (await stage.developer.patch(path, json={"scopes": ["orders:read"]})).status_code == 200
    await elsewhere.has_forgotten()
    caller = await elsewhere(tokens["access_token"])
    assert caller is not None
    assert caller.scopes == {Scope.ORDERS_READ}
    renewed = (await refresh(stage.program, stage.app, tokens["refresh_token"])).json()
    assert renewed["scope"] == "orders:read"


async def test_an_app_that_gave_back_all_it_had_gets_nothing_more(stage: Stage, who_calls: WhoCalls) -> None:
    """Nothing left must not be read as everything."""
    tokens = await stage.tokens()
    await stage.developer.patch(f"/api/me/apps/{stage.app.client_id}", json={"scopes": ["finance:write"]})
    caller = await who_calls(tokens["access_token"])
    assert caller is None or caller.scopes == frozenset()
    assert (await refresh(stage.program, stage.app, tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_deleted_app_is_out_of_every_shop(stage: Stage, who_calls: WhoCalls) -> None:
    tokens = await stage.tokens()
    assert (await stage.developer.delete(f"/api/me/apps/{stage.app.client_id}")).status_code == 204
    assert await who_calls(tokens["access_token"]) is None
    assert (await refresh(stage.program, stage.app, tokens["refresh_token"])).json()["error"] == "invalid_client"
    assert (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"] == []


async def test_a_token_is_good_for_its_own_shop_only(
    stage: Stage, who_calls: WhoCalls, database: Database, sign_up: SignUp
) -> None:
    stranger, _ = await sign_up("别家")
    other_shop = ShopId(await open_shop(stranger))
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'manager')",
            other_shop,
            stage.seller_id,
        )
    tokens = await stage.tokens()
    caller = await who_calls(tokens["access_token"])
    assert caller is not None
    async with database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(stage.shop_id), Scope.ORDERS_READ)
        with pytest.raises(NotFoundError):
            await shops.require_right(connection, caller, other_shop, Scope.ORDERS_READ)
        with pytest.raises(ForbiddenError):
            await shops.require_right(connection, caller, ShopId(stage.shop_id), Scope.ORDERS_WRITE)


async def test_a_role_taken_away_takes_the_token_along(
    stage: Stage, who_calls: WhoCalls, database: Database, sign_up: SignUp
) -> None:
    manager, manager_id = await sign_up("店长")
    shop_id = ShopId(stage.shop_id)
    await _employ(database, stage, manager_id, "manager")
    tokens = await get_tokens(stage.program, manager, stage.app, stage.shop_id)
    await _employ(database, stage, manager_id, "host")
    caller = await who_calls(tokens["access_token"])
    assert caller is not None
    async with database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_READ)
        for lost in (Scope.ORDERS_READ, Scope.PRODUCTS_WRITE):
            with pytest.raises(ForbiddenError):
                await shops.require_right(connection, caller, shop_id, lost)
        await connection.execute("DELETE FROM shops.staff WHERE account_id = $1", manager_id)
        with pytest.raises(NotFoundError):
            await shops.require_right(connection, caller, shop_id, Scope.PRODUCTS_READ)


async def test_nobody_gives_an_app_what_they_have_not(stage: Stage, database: Database, sign_up: SignUp) -> None:
    host, host_id = await sign_up("主播")
    await _employ(database, stage, host_id, "host")
    tokens = await get_tokens(stage.program, host, stage.app, stage.shop_id)
    assert tokens["scope"] == "products:read"
    greedy = await register(stage.developer, ("finance:write",))
    asked = httpx.QueryParams(question(greedy, make_proof()))
    refused = await host.post(
        "/api/oauth/consent",
        json={"question": str(asked), "decision": "approve", "shop_id": str(stage.shop_id)},
    )
    assert refused.status_code == 403


async def test_own_systems_act_for_the_shop_and_get_no_refresh_token(stage: Stage, who_calls: WhoCalls) -> None:
    made = await _make_system(stage, ["orders:read", "stock:write"])
    basic = (made["client_id"], made["client_secret"])
    answer = await stage.program.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic)
    assert answer.json()["scope"] == "orders:read stock:write"
    assert "refresh_token" not in answer.json()
    caller = await who_calls(answer.json()["access_token"])
    assert caller is not None
    assert (caller.account_id, caller.shop_id) == (stage.seller_id, stage.shop_id)
    narrow = await stage.program.post(
        "/oauth/token", data={"grant_type": "client_credentials", "scope": "orders:read"}, auth=basic
    )
    assert narrow.json()["scope"] == "orders:read"
    for scope in ("finance:write", "everything", "orders:read everything", "nonsense"):
        wide = await stage.program.post(
            "/oauth/token", data={"grant_type": "client_credentials", "scope": scope}, auth=basic
        )
        assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope"), scope


async def test_an_app_of_others_has_no_way_in_without_consent(stage: Stage) -> None:
    answer = await stage.program.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=stage.app.basic)
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


async def test_a_manager_cannot_make_a_system_that_may_more_than_they(
    stage: Stage, database: Database, sign_up: SignUp
) -> None:
    manager, manager_id = await sign_up("店长")
    await _employ(database, stage, manager_id, "manager")
    wish = {"name": "财务", "scopes": ["finance:write"]}
    refused = await manager.post(f"/api/shops/{stage.shop_id}/systems", json=wish)
    assert refused.status_code == 403
    made = await _make_system(stage, ["finance:write"])
    second = await manager.post(f"/api/shops/{stage.shop_id}/systems/{made['client_id']}/secrets")
    assert second.status_code == 403
    assert (await manager.delete(f"/api/shops/{stage.shop_id}/systems/{made['client_id']}")).status_code == 204


async def test_a_disconnected_or_deleted_system_is_out(stage: Stage, who_calls: WhoCalls) -> None:
    token = await make_app_token(stage.seller, stage.shop_id, ("orders:read",), stage.program)
    [connected] = (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"]
    await stage.seller.delete(f"/api/shops/{stage.shop_id}/connections/{connected['connection_id']}")
    assert await who_calls(token) is None
    made = await _make_system(stage, ["orders:read"])
    basic = (made["client_id"], made["client_secret"])
    [connected] = (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"]
    await stage.seller.delete(f"/api/shops/{stage.shop_id}/connections/{connected['connection_id']}")
    refused = await stage.program.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=basic)
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")


async def test_asking_too_often_is_refused_in_the_protocols_words(stage: Stage, ctx: Context) -> None:
    transport = stage.program._transport
    assert isinstance(transport, httpx.ASGITransport)
    app: Any = transport.app
    app.state.context = msgspec.structs.replace(
        ctx, settings=msgspec.structs.replace(ctx.settings, oauth_requests_per_minute=1)
    )
    answers = [await stage.program.post("/oauth/token", data={"grant_type": "x"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [400, 429]
    assert answers[1].json()["error"] == "temporarily_unavailable"
    assert int(answers[1].headers["retry-after"]) >= 1


async def _employ(database: Database, stage: Stage, account_id: object, role: str) -> None:
    async with database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, $3)
            ON CONFLICT (shop_id, account_id) DO UPDATE SET role = excluded.role
            """,
            stage.shop_id,
            account_id,
            role,
        )


async def _make_system(stage: Stage, scopes: list[str]) -> dict[str, Any]:
    answer = await stage.seller.post(f"/api/shops/{stage.shop_id}/systems", json={"name": "ERP", "scopes": scopes})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
