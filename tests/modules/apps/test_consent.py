"""The consent page asks what is asked, sends nobody where the app is not at home, and registering is checked."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from tests.conftest import SignUp
from tests.modules.apps.conftest import Stage
from tests.modules.apps.dance import CALLBACK, make_proof, question

from xiaodian.infra.database import Database


async def _start(stage: Stage, asked: dict[str, str]) -> tuple[str, dict[str, str]]:
    answer = await stage.seller.get("/oauth/authorize", params=asked)
    assert answer.status_code == 302
    address = urlsplit(answer.headers["location"])
    return f"{address.scheme}://{address.netloc}{address.path}", dict(parse_qsl(address.query))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"scope": "finance:write"}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "room:control"}, "invalid_scope"),
        ({"scope": "orders:read\x01"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
    ],
)
async def test_what_cannot_be_asked_is_told_to_the_app(stage: Stage, change: dict[str, str], error: str) -> None:
    address, told = await _start(stage, question(stage.app, make_proof()) | change)
    assert address == CALLBACK.partition("?")[0]
    assert (told["error"], told["state"], told["iss"]) == (error, "af0ifjs", "http://test")
    assert "code" not in told


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/callback?tenant=7",
        "https://erp.example/callback",
        "https://erp.example/callback?tenant=7&x=1",
        "https://erp.example/callback/?tenant=7",
        "https://erp.example/callback?tenant=7#x",
        "https://erp.example/./callback?tenant=7",
        "https://ERP.example/callback?tenant=7",
        "https://erp.example:444/callback?tenant=7",
        "https://erp.example@evil.example/callback?tenant=7",
        "http://erp.example/callback?tenant=7",
        "//erp.example/callback?tenant=7",
        "javascript:alert(1)",
        'https://erp.example/callback"',
        "",
    ],
)
async def test_nobody_is_sent_where_the_app_is_not_at_home(stage: Stage, uri: str) -> None:
    await stage.developer.patch(
        f"/api/me/apps/{stage.app.client_id}",
        json={"redirect_uris": [CALLBACK, "https://erp.example/other"]},
    )
    asked = question(stage.app, make_proof(), redirect_uri=uri, response_type="nonsense")
    shown = await stage.seller.get("/oauth/authorize", params={key: value for key, value in asked.items() if value})
    assert shown.headers["location"].startswith("/console/consent?")
    read = await stage.seller.get("/api/oauth/consent", params={"question": urlencode(asked)})
    assert (read.status_code, read.json()["code"]) == (400, "bad_authorization_request")
    decided = await stage.seller.post(
        "/api/oauth/consent",
        json={"question": urlencode(asked), "decision": "approve", "shop_id": str(stage.shop_id)},
    )
    assert decided.status_code == 400


async def test_a_parameter_that_comes_twice_counts_as_missing(stage: Stage) -> None:
    asked = urlencode(question(stage.app, make_proof())) + "&redirect_uri=https://evil.example/"
    answer = await stage.seller.get(f"/oauth/authorize?{asked}&client_id={stage.app.client_id}")
    assert answer.headers["location"].startswith("/console/consent?")
    twice = await stage.seller.get("/api/oauth/consent", params={"question": f"{asked}&client_id=x"})
    assert twice.status_code == 400


async def test_the_page_shows_who_asks_for_what_and_where_it_could_be_given(
    stage: Stage, sign_up: SignUp, database: Database
) -> None:
    host, host_id = await sign_up("主播")
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, 'host')", stage.shop_id, host_id
        )
    asked = urlencode(question(stage.app, make_proof()))
    shown = (await host.get("/api/oauth/consent", params={"question": asked})).json()
    assert (shown["name"], shown["developer"], shown["redirect_uri"]) == ("仓库助手", "开发者", CALLBACK)
    assert shown["scopes"] == ["orders:read", "products:read", "products:write"]
    assert [shop["scopes"] for shop in shown["shops"]] == [["products:read"]]
    nobody, _ = await sign_up("路人")
    assert (await nobody.get("/api/oauth/consent", params={"question": asked})).json()["shops"] == []


async def test_saying_no_tells_the_app_and_lets_nothing_in(stage: Stage) -> None:
    asked = urlencode(question(stage.app, make_proof()))
    answer = await stage.seller.post("/api/oauth/consent", json={"question": asked, "decision": "deny"})
    told = dict(parse_qsl(urlsplit(answer.json()["redirect_to"]).query))
    assert (told["error"], told["state"]) == ("access_denied", "af0ifjs")
    assert (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"] == []


async def test_nobody_lets_an_app_into_a_shop_of_others(stage: Stage, sign_up: SignUp) -> None:
    stranger, _ = await sign_up("路人")
    answer = await stranger.post(
        "/api/oauth/consent",
        json={
            "question": urlencode(question(stage.app, make_proof())),
            "decision": "approve",
            "shop_id": str(stage.shop_id),
        },
    )
    assert answer.status_code == 404
    assert (await stage.seller.get(f"/api/shops/{stage.shop_id}/connections")).json()["items"] == []


async def test_a_foreign_page_cannot_consent_for_its_visitor(stage: Stage) -> None:
    answer = await stage.seller.post(
        "/api/oauth/consent",
        json={
            "question": urlencode(question(stage.app, make_proof())),
            "decision": "approve",
            "shop_id": str(stage.shop_id),
        },
        headers={"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


async def test_the_server_describes_itself(client: httpx.AsyncClient) -> None:
    described = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert described["code_challenge_methods_supported"] == ["S256"]
    secure = {key: _https(value) for key, value in described.items()}
    AuthorizationServerMetadata(secure).validate()


@pytest.mark.parametrize(
    ("uris", "reason"),
    [
        ([], "empty"),
        (["http://erp.example/cb"], "not_https"),
        (["http://localhost.evil.example/cb"], "not_https"),
        (["ftp://erp.example/cb"], "not_https"),
        (["com.example.app:/cb"], "not_an_address"),
        (["javascript:alert(1)"], "not_an_address"),
        (["https://erp.example/cb#x"], "not_an_address"),
        (["https://*.example/cb"], "not_an_address"),
        (["https://me@erp.example/cb"], "not_an_address"),
        (["https:///cb"], "not_an_address"),
        (["https://erp.example:99999/cb"], "not_an_address"),
        (["https://erp.example/\\evil.example"], "not_an_address"),
        (["https://例子.中国/cb"], "not_an_address"),
        (["https://[::1/cb"], "not_an_address"),
        (["https://erp.example/" + "x" * 600], "not_an_address"),
        ([f"https://erp.example/{number}" for number in range(11)], "too_many"),
    ],
)
async def test_an_address_that_could_be_read_two_ways_is_not_registered(
    stage: Stage, uris: list[str], reason: str
) -> None:
    wish = {"name": "助手", "redirect_uris": uris, "scopes": ["orders:read"]}
    answer = await stage.developer.post("/api/me/apps", json=wish)
    assert (answer.status_code, answer.json()["field"]) == (422, "redirect_uris"), answer.text
    assert answer.json()["params"]["reason"] == reason
    assert len((await stage.developer.get("/api/me/apps")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["room:control"]}, "scopes"),
        ({"icon_url": "https://elsewhere.example/x.png"}, "icon_url"),
    ],
)
async def test_a_strange_app_is_not_registered(stage: Stage, change: dict[str, object], field: str) -> None:
    wish = {"name": "助手", "redirect_uris": [CALLBACK], "scopes": ["orders:read"]} | change
    answer = await stage.developer.post("/api/me/apps", json=wish)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_a_public_app_gets_no_secret(stage: Stage) -> None:
    wish = {"name": "助手", "redirect_uris": ["http://[::1]/cb"], "scopes": ["orders:read"], "is_public": True}
    app = (await stage.developer.post("/api/me/apps", json=wish)).json()
    answer = await stage.developer.post(f"/api/me/apps/{app['app_id']}/secrets")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def _https(value: object) -> object:
    return value.replace("http://", "https://") if isinstance(value, str) else value
