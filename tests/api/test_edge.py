"""What every answer carries, and what is refused before any route sees it."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from tests.api.conftest import ClientFrom
from tests.conftest import SignUp

from xiaodian.edge.access import SESSION_COOKIE
from xiaodian.edge.context import Context
from xiaodian.edge.pages import BuiltFile
from xiaodian.edge.problems import PROBLEM_MEDIA_TYPE
from xiaodian.edge.request import MAX_BODY_BYTES

SIGN_IN = {"sign_in": "13800000001", "password": "correct horse"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
SIGN_UP = {**SIGN_IN, "display_name": "小丹"}


def _set_settings(app: Any, **changes: Any) -> None:
    """The same app, as if it had been started with other settings."""
    ctx: Context = app.state.context
    app.state.context = msgspec.structs.replace(ctx, settings=msgspec.structs.replace(ctx.settings, **changes))


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("GET", "/api/none", None, {}, 404, "not_found"),
        ("GET", "/none/at/all", None, {}, 404, "not_found"),
        ("GET", "/api/shops/no-uuid", None, {}, 404, "not_found"),
        ("PATCH", "/api/accounts", None, {}, 405, "method_not_allowed"),
        ("POST", "/api/accounts", b"{", {}, 400, "malformed_request"),
        ("POST", "/api/accounts", b"", {}, 400, "malformed_request"),
        ("POST", "/api/accounts", b"[]", {}, 400, "malformed_request"),
        ("POST", "/api/accounts", b"[" * 100_000, {}, 400, "malformed_request"),
        ("POST", "/api/accounts", b'{"sign_in":"a\\u0000"}', {}, 400, "malformed_request"),
        ("POST", "/api/accounts", b'{"sign_in":"\\ud800"}', {}, 400, "malformed_request"),
        ("POST", "/api/accounts", b"\xff\xfe", {}, 400, "malformed_request"),
        ("POST", "/api/accounts", b'{"nobody":1}', {}, 400, "malformed_request"),
        ("POST", "/api/accounts", b"x" * (MAX_BODY_BYTES + 1), {}, 413, "payload_too_large"),
        ("POST", "/api/accounts", b"a=1", FORM, 415, "unsupported_media_type"),
        ("POST", "/api/accounts", b"{}", {"content-type": "text/plain"}, 415, "unsupported_media_type"),
        ("GET", "/api/shops/%00", None, {}, 400, "malformed_request"),
        ("GET", "/api/rooms?cursor=%00", None, {}, 400, "malformed_request"),
        ("GET", "/api/rooms?cursor=nonsense", None, {}, 422, "invalid_input"),
        ("GET", "/api/rooms?limit=0", None, {}, 400, "malformed_request"),
        ("GET", "/api/rooms?state=nonsense", None, {}, 400, "malformed_request"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_as_a_problem_in_the_readers_language(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    content_type = {"content-type": "application/json"} if body is not None else {}
    titles = {}
    for language in ("zh", "en"):
        answer = await client.request(
            method, path, content=body, headers={**content_type, **headers, "accept-language": language}
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == PROBLEM_MEDIA_TYPE
        assert answer.headers["content-language"] == language
        assert answer.headers["cache-control"] == "no-store"
        titles[language] = answer.json()["title"]
    assert titles["zh"] != titles["en"]


async def test_a_method_that_is_not_there_names_those_that_are(client: httpx.AsyncClient) -> None:
    for path in ("/api/accounts", "/api/accounts/", "//api/accounts"):
        answer = await client.patch(f"http://test{path}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")
    answer = await client.put("/api/shops/00000000-0000-7000-8000-000000000000")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, OPTIONS, PATCH")
    options = await client.options("/api/accounts")
    assert (options.status_code, options.headers["allow"]) == (204, "OPTIONS, POST")


async def test_the_cookie_chooses_the_language_before_the_browser_does(client: httpx.AsyncClient) -> None:
    client.cookies["xd_lang"] = "en"
    answer = await client.get("/api/me", headers={"accept-language": "zh"})
    assert answer.json()["title"] == "Please sign in first."
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_callers_request_id_comes_back_and_a_strange_one_does_not(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/api/me", "/none"):
        answer = await client.get(path, headers={"x-request-id": "order-bot-12345678"})
        assert answer.headers["x-request-id"] == "order-bot-12345678"
        for strange in ("x", "y" * 65, "a b c d e f g h", '"><script>'):
            answer = await client.get(path, headers={"x-request-id": strange})
            assert answer.headers["x-request-id"] != strange
            assert len(answer.headers["x-request-id"]) == 32


async def test_pages_may_run_only_what_is_ours_and_reach_the_gateway(client: httpx.AsyncClient, app: Any) -> None:
    app.state.front_end = {
        "index.html": BuiltFile(content=b"<!doctype html>", compressed=None, media_type="text/html", etag='"x"')
    }
    answer = await client.get("/", headers={"host": "shop.example:8000"})
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://shop.example:* wss://shop.example:*"
    assert "blob:" in policy["media-src"]
    assert "blob:" in policy["worker-src"]
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "strict-transport-security" not in answer.headers


async def test_a_page_seen_before_is_not_made_inert_by_the_answer_that_it_is_still_the_same(
    client: httpx.AsyncClient, app: Any
) -> None:
    app.state.front_end = {
        "index.html": BuiltFile(content=b"<!doctype html>", compressed=None, media_type="text/html", etag='"x"')
    }
    answer = await client.get("/", headers={"if-none-match": '"x"'})
    assert answer.status_code == 304
    # A 304 replaces the headers that the browser kept with the page.
    assert "content-security-policy" not in answer.headers


@pytest.mark.parametrize("host", ["[::1]:8000", "a;script-src *", "x y", "*"])
async def test_a_strange_host_cannot_write_into_the_policy(client: httpx.AsyncClient, app: Any, host: str) -> None:
    app.state.front_end = {
        "index.html": BuiltFile(content=b"<!doctype html>", compressed=None, media_type="text/html", etag='"x"')
    }
    answer = await client.get("/", headers={"host": host})
    policy = answer.headers["content-security-policy"]
    assert policy.count("script-src") <= 1
    assert host not in policy


async def test_only_where_cards_are_taken_through_stripe_may_its_script_run(
    client: httpx.AsyncClient, app: Any
) -> None:
    app.state.front_end = {
        "index.html": BuiltFile(content=b"<!doctype html>", compressed=None, media_type="text/html", etag='"x"')
    }
    for key, expected in (("", False), ("pk_test_1", True)):
        _set_settings(app, stripe_publishable_key=key)
        answer = await client.get("/")
        policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
        assert ("https://js.stripe.com" in policy["script-src"].split()) is expected
        assert ("https://hooks.stripe.com" in policy["frame-src"].split()) is expected
        assert ("https://api.stripe.com" in policy["connect-src"].split()) is expected


async def test_addresses_from_the_settings_are_in_the_policy(client: httpx.AsyncClient, app: Any) -> None:
    _set_settings(
        app, gateway_url="wss://live.example/gate", publisher_url="wss://cam.example", public_url="https://x.example"
    )
    app.state.front_end = {
        "index.html": BuiltFile(content=b"<!doctype html>", compressed=None, media_type="text/html", etag='"x"')
    }
    answer = await client.get("/")
    assert "wss://live.example wss://cam.example;" in answer.headers["content-security-policy"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_answers_of_the_api_are_inert_and_not_kept_by_caches(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    answer = await client.get("/api/me")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: httpx.AsyncClient, app: Any
) -> None:
    cookie = (await client.post("/api/accounts", json=SIGN_UP)).headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert "secure" not in parts
    assert not any(part.startswith("domain") for part in parts)
    _set_settings(app, trusted_proxies=1)
    forwarded = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    cookie = (await client.post("/api/sessions", json=SIGN_IN, headers=forwarded)).headers["set-cookie"]
    assert "secure" in {part.strip().lower() for part in cookie.split(";")}


async def test_a_stranger_cannot_claim_to_come_by_https(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/accounts", json=SIGN_UP, headers={"x-forwarded-proto": "https"})
    assert "secure" not in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://test.evil.example"},
        {"origin": "http://test", "sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", "authorization": "Basic eDp5"},
    ],
)
async def test_a_page_of_another_site_cannot_write_with_our_cookie(sign_up: SignUp, headers: dict[str, str]) -> None:
    client, account_id = await sign_up("旧名")
    answers = [
        await client.patch("/api/me", json={"display_name": "新名"}, headers=headers),
        await client.post("/api/sessions", json=SIGN_IN, headers=headers),
        await client.delete("/api/sessions/current", headers=headers),
        await client.post("/api/checkout", json={}, headers={**headers, "idempotency-key": "x"}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "forbidden")] * 4
    me = (await client.get("/api/me", headers=headers)).json()
    assert (me["account_id"], me["display_name"]) == (str(account_id), "旧名")


async def test_our_own_page_can_write_also_behind_a_proxy(sign_up: SignUp, app: Any) -> None:
    client, _ = await sign_up()
    answer = await client.patch(
        "/api/me", json={"display_name": "甲"}, headers={"origin": "http://test", "sec-fetch-site": "same-origin"}
    )
    assert answer.status_code == 200
    _set_settings(app, public_url="https://shop.example")
    answer = await client.patch("/api/me", json={"display_name": "乙"}, headers={"origin": "https://shop.example"})
    assert answer.status_code == 200


async def test_a_program_with_a_token_may_come_from_anywhere(sign_up: SignUp, client: httpx.AsyncClient) -> None:
    owner, _ = await sign_up()
    made = (await owner.post("/api/me/tokens", json={"name": "x", "scopes": ["everything"]})).json()
    headers = {"authorization": f"Bearer {made['token']}", "origin": "https://streamdeck.example"}
    assert (await client.patch("/api/me", json={"display_name": "甲"}, headers=headers)).status_code == 200


async def test_a_wrong_token_is_not_made_good_by_a_cookie(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    answer = await client.get("/api/me", headers={"authorization": "Bearer xdt_wrong"})
    assert answer.status_code == 401


async def test_pages_and_public_reads_need_no_database(client: httpx.AsyncClient, app: Any) -> None:
    client.cookies[SESSION_COOKIE] = "x" * 43
    await app.state.context.database.close()
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/robots.txt")).status_code == 404
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"database": "away", "broker": "ok"})
    refused = await client.get("/api/me")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert refused.headers["retry-after"] == "1"


async def test_readiness_notices_that_the_broker_is_away(client: httpx.AsyncClient, app: Any, ctx: Context) -> None:
    assert (await client.get("/readyz")).json() == {"database": "ok", "broker": "ok"}
    away = type("Away", (), {"client": type("Client", (), {"is_connected": False})()})()
    app.state.context = msgspec.structs.replace(ctx, broker=away)
    assert (await client.get("/readyz")).json() == {"database": "ok", "broker": "away"}


async def test_metrics_count_by_route_and_not_by_address(client: httpx.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/api/shops/{shop_id}", "status": "404"}
    before = REGISTRY.get_sample_value("xiaodian_http_requests_total", labels) or 0
    for number in range(3):
        await client.get(f"/api/shops/00000000-0000-7000-8000-00000000000{number}")
    await client.get("/some/where/else")
    families = {family.name: family for family in text_string_to_metric_families((await client.get("/metrics")).text)}
    counted = {tuple(sorted(s.labels.items())): s.value for s in families["xiaodian_http_requests"].samples}
    assert counted[tuple(sorted(labels.items()))] == before + 3
    routes = {sample.labels["route"] for sample in families["xiaodian_http_requests"].samples if sample.labels}
    assert "(unmatched)" in routes
    assert not any("0000" in route for route in routes)
    assert "xiaodian_http_request_seconds" in families


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("10.1.2.3", {}, 200),
        ("8.8.8.8", {}, 404),
        ("2001:4860:4860::8888", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "8.8.8.8"}, 404),
    ],
)
async def test_metrics_are_told_inside_only(
    client_from: ClientFrom, address: str, headers: dict[str, str], status: int
) -> None:
    async with client_from(address) as client:
        assert (await client.get("/metrics", headers=headers)).status_code == status


@pytest.fixture
def long_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """No try comes back while a test counts them, however slow the machine is."""
    monkeypatch.setattr("xiaodian.modules.accounts.service.sign_in.MINUTE_S", 86_400.0)


@pytest.mark.usefixtures("long_minute")
async def test_fifty_tries_a_second_are_stopped_and_the_owner_still_gets_in_elsewhere(client_from: ClientFrom) -> None:
    async with client_from("203.0.113.9") as attacker, client_from("198.51.100.7") as owner:
        assert (await owner.post("/api/accounts", json=SIGN_UP)).status_code == 201
        wrong = {**SIGN_IN, "password": "wrong horse"}
        answers = await asyncio.gather(*(attacker.post("/api/sessions", json=wrong) for _ in range(50)))
        codes = [answer.status_code for answer in answers]
        assert codes.count(401) == 10
        assert codes.count(429) == 40
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert int(refused.headers["retry-after"]) >= 1
        assert (await attacker.post("/api/sessions", json=SIGN_IN)).status_code == 429
        assert (await owner.post("/api/sessions", json=SIGN_IN)).status_code == 201


@pytest.mark.usefixtures("long_minute")
async def test_many_names_from_one_address_are_stopped_too(client_from: ClientFrom) -> None:
    async with client_from("2001:db8::1") as attacker, client_from("2001:db8::2") as same_network:
        tries = [
            client.post("/api/sessions", json={"sign_in": f"138{number:08}", "password": "wrong horse"})
            for number, client in enumerate([attacker, same_network] * 60)
        ]
        codes = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert codes.count(401) == 100
    assert codes.count(429) == 20


@pytest.mark.usefixtures("long_minute")
async def test_a_made_up_forwarding_header_gives_no_new_tries(client_from: ClientFrom) -> None:
    async with client_from("203.0.113.9") as attacker:
        answers = [
            await attacker.post("/api/sessions", json=SIGN_IN, headers={"x-forwarded-for": f"10.0.0.{number}"})
            for number in range(12)
        ]
    assert [answer.status_code for answer in answers[10:]] == [429, 429]


@pytest.mark.usefixtures("long_minute")
async def test_behind_a_proxy_each_client_has_its_own_tries(client_from: ClientFrom, app: Any) -> None:
    _set_settings(app, trusted_proxies=1)
    async with client_from("10.0.0.1") as proxy:

        async def _tries(forwarded_for: str) -> list[int]:
            headers = {"x-forwarded-for": forwarded_for}
            return [(await proxy.post("/api/sessions", json=SIGN_IN, headers=headers)).status_code for _ in range(11)]

        assert (await _tries("203.0.113.9")).count(429) == 1
        assert (await _tries("198.51.100.7")).count(429) == 1
        # What the client itself wrote in front of the proxy's word does not count.
        assert (await _tries("192.0.2.1, 203.0.113.9")).count(429) == 11


async def test_sign_ups_from_one_address_are_limited(client_from: ClientFrom, app: Any) -> None:
    _set_settings(app, sign_ups_per_hour=2)
    async with client_from("203.0.113.9") as client:
        bodies = [{**SIGN_UP, "sign_in": f"1380000000{number}"} for number in range(3)]
        codes = [(await client.post("/api/accounts", json=body)).status_code for body in bodies]
    assert codes == [201, 201, 429]
