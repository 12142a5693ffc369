"""An app gets in with somebody's consent, and only as far as that goes."""

import asyncio
from urllib.parse import urlsplit

import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from tests.conftest import SignUp
from tests.modules.apps.conftest import Stage, WhoCalls
from tests.modules.apps.dance import (
    CALLBACK,
    consent,
    exchange,
    make_proof,
    question,
    register,
)

from xiaodian.contracts.accounts import Scope
from xiaodian.infra.database import Database


async def test_the_app_gets_a_token_that_acts_for_who_consented_in_that_shop(stage: Stage, who_calls: WhoCalls) -> None:
    tokens = await stage.tokens()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    assert set(tokens["scope"].split()) == set(stage.app.scopes)
    caller = await who_calls(tokens["access_token"])
    assert caller is not None
    assert (caller.account_id, caller.shop_id, str(caller.app_id)) == (
        stage.seller_id,
        stage.shop_id,
        stage.app.client_id,
    )
    assert caller.scopes == {Scope(name) for name in stage.app.scopes}


async def test_state_and_issuer_come_back_and_the_addresss_own_query_stays(stage: Stage) -> None:
    given = await consent(stage.seller, stage.shop_id, question(stage.app, make_proof(), state='{"to":"/x"}'))
    assert given["state"] == '{"to":"/x"}'
    assert given["iss"] == "http://test"
    assert given["tenant"] == "7"


async def test_authlibs_own_client_can_do_the_dance(stage: Stage) -> None:
    transport = stage.program._transport
    async with AsyncOAuth2Client(
        *stage.app.basic,
        transport=transport,
        base_url="http://test",
        code_challenge_method="S256",
        redirect_uri=CALLBACK,
        scope="orders:read",
    ) as oauth:
        verifier = make_proof().verifier
        address, state = oauth.create_authorization_url("http://test/oauth/authorize", code_verifier=verifier)
        shown = await stage.seller.get(address)
        assert shown.status_code == 302
        assert shown.headers["location"].startswith("/console/consent?")
        asked = urlsplit(shown.headers["location"]).query
        read = await stage.seller.get("/api/oauth/consent", params={"question": asked})
        assert read.status_code == 200, read.text
        assert [shop["shop_id"] for shop in read.json()["shops"]] == [str(stage.shop_id)]
        decided = await stage.seller.post(
            "/api/oauth/consent", json={"question": asked, "decision": "approve", "shop_id": str(stage.shop_id)}
        )
        token = await oauth.fetch_token(
            "http://test/oauth/token",
            authorization_response=decided.json()["redirect_to"],
            code_verifier=verifier,
            state=state,
        )
        assert token["scope"] == "orders:read"
        renewed = await oauth.refresh_token("http://test/oauth/token", token["refresh_token"])
        assert renewed["access_token"] != token["access_token"]
        gone = await oauth.revoke_token("http://test/oauth/revoke", renewed["refresh_token"])
        assert gone.status_code == 200


async def test_a_public_app_needs_no_secret_but_the_verifier(stage: Stage, who_calls: WhoCalls) -> None:
    app = await register(stage.developer, ("orders:read",), ("http://127.0.0.1/cb",), is_public=True)
    proof = make_proof()
    asked = question(app, proof, redirect_uri="http://127.0.0.1:49152/cb")
    given = await consent(stage.seller, stage.shop_id, asked)
    refused = await exchange(stage.program, app, given["code"], make_proof(), redirect_uri="http://127.0.0.1:49152/cb")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    answer = await exchange(stage.program, app, given["code"], proof, redirect_uri="http://127.0.0.1:49152/cb")
    assert answer.status_code == 200, answer.text
    assert await who_calls(answer.json()["access_token"]) is not None


async def test_a_code_shown_twice_ends_what_it_bought(stage: Stage, who_calls: WhoCalls) -> None:
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof))
    first = await exchange(stage.program, stage.app, given["code"], proof)
    assert await who_calls(first.json()["access_token"]) is not None
    second = await exchange(stage.program, stage.app, given["code"], proof)
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert await who_calls(first.json()["access_token"]) is None


async def test_of_a_code_shown_at_once_several_times_no_two_tokens_come(stage: Stage) -> None:
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof))
    answers = await asyncio.gather(*(exchange(stage.program, stage.app, given["code"], proof) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]


async def test_a_code_lives_for_a_minute(stage: Stage, database: Database) -> None:
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof))
    async with database.connection() as connection:
        left = await connection.fetchval("SELECT extract(epoch FROM expires_at - now())::float FROM apps.code")
        assert 50 < left <= 60
        await connection.execute("UPDATE apps.code SET expires_at = now() - interval '1 second'")
    answer = await exchange(stage.program, stage.app, given["code"], proof)
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"code_verifier": make_proof().verifier}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"redirect_uri": "https://erp.example/callback"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code": "xdc_" + "x" * 43}, "invalid_grant"),
        ({"code": "' OR 1=1"}, "invalid_grant"),
        ({"code": "é"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "\x00"}, "invalid_request"),
        ({"grant_type": ""}, "unsupported_grant_type"),
    ],
)
async def test_what_does_not_fit_the_code_gets_nothing(stage: Stage, form: dict[str, str], error: str) -> None:
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof))
    refused = await exchange(stage.program, stage.app, given["code"], proof, **form)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert refused.headers["cache-control"] == "no-store"
    assert (await exchange(stage.program, stage.app, given["code"], proof)).status_code == 200


async def test_another_app_cannot_use_the_code(stage: Stage) -> None:
    other = await register(stage.developer)
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof))
    refused = await exchange(stage.program, other, given["code"], proof)
    assert refused.json()["error"] == "invalid_grant"
    assert (await exchange(stage.program, stage.app, given["code"], proof)).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["Basic x", "Basic /////w==", "Basic Og==", "Bearer x", "Basic " + "QQ" * 4000, ""]
)
async def test_who_cannot_say_which_app_it_is_gets_nothing(stage: Stage, authorization: str) -> None:
    answer = await stage.program.post(
        "/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": "xdr_" + "x" * 43},
        headers={"authorization": authorization} if authorization else {},
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_a_wrong_or_ended_secret_is_refused_and_a_second_one_lets_in(stage: Stage) -> None:
    tokens = await stage.tokens()
    base = f"/api/me/apps/{stage.app.client_id}/secrets"
    second = (await stage.developer.post(base)).json()
    third = await stage.developer.post(base)
    assert (third.status_code, third.json()["code"]) == (409, "too_many_secrets")
    [listed] = [
        app
        for app in (await stage.developer.get("/api/me/apps")).json()["items"]
        if app["app_id"] == stage.app.client_id
    ]
    first_id = listed["secrets"][1]["secret_id"]
    assert stage.app.secret not in str(listed)
    assert (await stage.developer.delete(f"{base}/{first_id}")).status_code == 204
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    for secret in (stage.app.secret, "xds_" + "x" * 43):
        refused = await stage.program.post("/oauth/token", data=form, auth=(stage.app.client_id, secret))
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    rotated = (stage.app.client_id, second["client_secret"])
    assert (await stage.program.post("/oauth/token", data=form, auth=rotated)).status_code == 200


async def test_a_secret_app_does_not_get_in_without_its_secret(stage: Stage) -> None:
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof))
    answer = await exchange(stage.program, stage.app._replace(secret=""), given["code"], proof)
    assert answer.json()["error"] == "invalid_client"


async def test_the_form_must_be_a_form_with_each_field_once(stage: Stage) -> None:
    as_json = await stage.program.post("/oauth/token", json={"grant_type": "client_credentials"})
    twice = await stage.program.post(
        "/oauth/token",
        content="grant_type=refresh_token&grant_type=refresh_token",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    for answer in (as_json, twice):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_secrets_codes_and_tokens_are_not_in_the_database(stage: Stage, database: Database) -> None:
    proof = make_proof()
    given = await consent(stage.seller, stage.shop_id, question(stage.app, proof))
    tokens = (await exchange(stage.program, stage.app, given["code"], proof)).json()
    async with database.connection() as connection:
        kept = str(
            [await connection.fetch(f"SELECT * FROM apps.{table}") for table in ("secret", "code", "token", "app")]
        )
    assert stage.app.client_id in kept
    for secret in (stage.app.secret, given["code"], tokens["access_token"], tokens["refresh_token"]):
        assert secret not in kept


async def test_a_token_of_an_app_opens_none_of_our_own_pages(stage: Stage, sign_up: SignUp) -> None:
    tokens = await stage.tokens()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    for path in ("/api/me", "/api/me/orders", f"/api/shops/{stage.shop_id}/orders", "/api/me/apps", "/api/me/tokens"):
        answer = await stage.program.get(path, headers=bearer)
        assert answer.status_code == 403, (path, answer.text)
