"""A developer registers an app, a seller lets it in, sees what it did, and shows it out."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from playwright.async_api import Page, Route, expect
from tests.journeys.conftest import DESK, STEP_TIMEOUT_MS, OpenPage, Stage
from xiaodian_client import BearerToken, Xiaodian, models

from xiaodian.cli.show.client import Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

Enter = Callable[[str], Awaitable[Member]]
PRODUCT = {
    "title": "试卖的茶",
    "description": "",
    "picture_urls": [],
    "state": "on_sale",
    "skus": [{"name": "一罐", "price_minor": 3000, "stock": 20}],
}
CALLBACK = "https://erp.example/callback"
VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


async def _register(page: Page, *more: str) -> tuple[str, str]:
    """In the console: name, address, two rights; the secret is shown once."""
    await page.get_by_test_id("app-new").click()
    form = page.get_by_test_id("app-form")
    await form.get_by_test_id("app-name").fill("仓库助手")
    await form.get_by_test_id("app-redirects").fill("http://erp.example/callback")
    await form.get_by_test_id("pick-products:read").check()
    for scope in ("orders:read", *more):
        await form.get_by_test_id(f"pick-{scope}").check()
    await form.get_by_test_id("app-save").click()
    await expect(form.get_by_role("alert")).to_contain_text("https")
    await form.get_by_test_id("app-redirects").fill(CALLBACK)
    await form.get_by_test_id("app-save").click()
    shown = page.get_by_test_id("secret-shown")
    client_id = await shown.get_by_test_id("shown-client-id").inner_text()
    secret = await shown.get_by_test_id("shown-secret").inner_text()
    await shown.get_by_test_id("secret-saved").click()
    await expect(page.get_by_test_id("my-app")).to_contain_text(secret[-4:])
    return client_id, secret


async def _consent(console: Page, platform: str, client_id: str, secret: str, scope: str) -> str:
    """Approve in the browser and buy a token with the code."""
    came = await _catch_callback(console)
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": scope,
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    await console.goto(f"{platform}/oauth/authorize?{urlencode(asked)}")
    await console.get_by_test_id("consent-approve").click()
    await expect(console.get_by_role("heading", name="connected")).to_be_visible()
    code = dict(parse_qsl(urlsplit(came[0]).query))["code"]
    async with httpx.AsyncClient(base_url=platform) as http:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        bought = await http.post("/oauth/token", data=form, auth=(client_id, secret))
    assert bought.status_code == 200, bought.text
    return str(bought.json()["access_token"])


async def _catch_callback(page: Page) -> list[str]:
    """Be the app's own site; answers the addresses that the browser was sent to."""
    came: list[str] = []

    async def _answer(route: Route) -> None:
        came.append(route.request.url)
        await route.fulfill(status=200, content_type="text/html", body="<h1>connected</h1>")

    await page.route("https://erp.example/**", _answer)
    return came


async def test_an_app_is_let_in_calls_is_seen_and_is_shown_out(
    stage: Stage, open_page: OpenPage, enter: Enter, platform: str
) -> None:
    shop = (await stage.host.call("GET", "/api/shops/mine"))["items"][0]
    developer = await enter("开发者")
    await developer.call("POST", "/api/shops", {"name": f"开发者的店 {secrets.token_hex(4)}"})
    office = await open_page("/console/settings/apps?part=mine", name="developer", size=DESK, member=developer)
    client_id, secret = await _register(office)

    console = await open_page("/console/settings/apps", name="console", size=DESK, member=stage.host)
    came = await _catch_callback(console)
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "products:read orders:read",
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    await console.goto(f"{platform}/oauth/authorize?{urlencode(asked | {'redirect_uri': 'https://evil.example/'})}")
    await expect(console.get_by_test_id("consent-problem")).to_be_visible()
    await console.goto(f"{platform}/oauth/authorize?{urlencode(asked)}")
    consent = console.get_by_test_id("consent")
    await expect(consent).to_contain_text("仓库助手")
    await expect(consent.get_by_test_id("scope-orders:read")).to_contain_text("地址")
    await consent.get_by_test_id("consent-approve").click()
    await expect(console.get_by_role("heading", name="connected")).to_be_visible()
    told = dict(parse_qsl(urlsplit(came[0]).query))
    assert told["state"] == "s1"

    async with httpx.AsyncClient(base_url=platform) as program:
        form = {"grant_type": "authorization_code", "code": told["code"], "redirect_uri": CALLBACK}
        bought = await program.post("/oauth/token", data=form | {"code_verifier": VERIFIER}, auth=(client_id, secret))
        assert bought.status_code == 200, bought.text
        program.headers["authorization"] = f"Bearer {bought.json()['access_token']}"
        products = await program.get("/open/v1/products")
        assert products.status_code == 200, products.text
        assert products.json()["items"][0]["title"] == "丹东草莓"
        assert products.headers["ratelimit"].startswith('"app";r=')
        refused = await program.get("/open/v1/after-sales")
        assert refused.status_code in (403, 404)

        await _until_logged(stage.host, shop["shop_id"], client_id, "/open/v1/after-sales")
        await _see_calls(console, platform)
        await console.get_by_test_id("disconnect").click()
        await console.get_by_test_id("confirm-yes").click()
        await expect(console.get_by_test_id("connection")).to_have_count(0)
        assert (await program.get("/open/v1/products")).status_code == 401
    assert (await stage.host.call("GET", f"/api/shops/{shop['shop_id']}/connections"))["items"] == []


def _try_out(platform: str, token: str) -> tuple[str, str]:
    """What the engineer's program does, with the Python client: order, ship, let a week pass."""
    with Xiaodian(platform, BearerToken(token)) as shop:
        product = next(shop.iter_products())
        line = models.SandboxLine(sku_id=product.skus[0].id, quantity=2)
        placed = shop.place_sandbox_order(models.NewSandboxOrder(lines=[line]))
        parcel = models.NewShipment(carrier="顺丰速运", tracking_number=f"SF{secrets.randbelow(10**13):013}")
        shipped = shop.ship_order(placed.order_id, parcel)
        shop.advance_sandbox_time(models.Advance(advance_s=30 * 86_400))
        return str(shipped.state), str(shop.get_order(placed.order_id).state)


async def test_an_engineer_tries_a_program_in_a_sandbox_shop_and_reads_what_it_did(
    enter: Enter, open_page: OpenPage, platform: str
) -> None:
    engineer = await enter("工程师")
    shop = (await engineer.call("POST", "/api/me/sandbox-shop"))["shop"]
    await engineer.call("POST", f"/api/shops/{shop['shop_id']}/products", PRODUCT)
    page = await open_page("/console/settings/apps?part=mine", name="engineer", size=DESK, member=engineer)
    client_id, secret = await _register(page, "orders:write")
    token = await _consent(page, platform, client_id, secret, "products:read orders:read orders:write")

    assert await asyncio.to_thread(_try_out, platform, token) == ("shipped", "completed")
    await _until_logged(engineer, shop["shop_id"], client_id, "/open/v1/orders/{order_id}")
    await page.goto(f"{platform}/console/settings/apps")
    await page.get_by_test_id("connection-calls").click()
    calls = page.get_by_test_id("calls")
    for route in ("/open/v1/sandbox/orders", "/orders/{order_id}/shipment", "/open/v1/sandbox/time"):
        await expect(calls.get_by_test_id("call").filter(has_text=route).first).to_be_visible()


async def _until_logged(member: Member, shop_id: str, app_id: str, last_route: str) -> None:
    """The log is written a moment after the call, and the API has no long poll for it."""
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        while True:
            calls = (await member.call("GET", f"/api/shops/{shop_id}/apps/{app_id}/calls"))["items"]
            if any(call["route"] == last_route for call in calls):
                return
            await asyncio.sleep(0.1)


async def _see_calls(console: Page, platform: str) -> None:
    await console.goto(f"{platform}/console/settings/apps")
    await expect(console.get_by_test_id("connection")).to_contain_text("仓库助手")
    await console.get_by_test_id("connection-calls").click()
    calls = console.get_by_test_id("calls")
    async with console.expect_response("**/calls?**outcome=ok**"):
        await calls.get_by_test_id("calls-outcome-ok").click()
    row = calls.get_by_test_id("call").filter(has_text="/open/v1/products")
    await expect(row).to_contain_text("200")
    await calls.get_by_role("button", name="关闭").click()


async def test_who_is_signed_out_signs_in_first_and_comes_back_to_the_question(
    stage: Stage, open_page: OpenPage, enter: Enter, platform: str
) -> None:
    developer = await enter("开发者")
    app = await developer.call(
        "POST", "/api/me/apps", {"name": "手机助手", "redirect_uris": [CALLBACK], "scopes": ["orders:read"]}
    )
    asked = {
        "client_id": app["app_id"],
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    page = await open_page(f"/oauth/authorize?{urlencode(asked)}", name="phone")
    await expect(page.get_by_test_id("console-signin")).to_be_visible()
    await page.context.add_cookies(
        [{"name": n, "value": v, "url": platform} for n, v in stage.host.http.cookies.items()]
    )
    await page.reload()
    came = await _catch_callback(page)
    await page.get_by_test_id("consent-deny").click()
    await expect(page.get_by_role("heading", name="connected")).to_be_visible()
    assert dict(parse_qsl(urlsplit(came[0]).query))["error"] == "access_denied"
