"""A message comes to a browser in which no page shows it: sealed by the platform, shown by the service worker.

What stands between the platform and a browser, the browser maker's push service, is beyond reach here: a server of our
own takes what the platform sends, and what it sealed goes to the browser by the browser's own door for it.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import CDPSession, Page, Worker, expect
from tests.journeys.conftest import STEP_TIMEOUT_MS, OpenPage, Stage
from tests.modules.outreach.test_push import Browser, PushService

from xiaodian.cli.show.client import Json, Member

pytestmark = [pytest.mark.journey, pytest.mark.still]

WORDS = "今晚八点现摘，给你留了一盒"
_SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    const shown = await registration.getNotifications();
    return shown.length > 0 && shown.map(({ title, body, data }) => ({ title, body, link: data.link }));
}"""
# A person's press is what lets a worker open a window; here the press is made, so the window is only noted.
_PRESS = """async () => {
    const opened = [];
    self.clients.openWindow = async (url) => { opened.push(url); return null; };
    for (const notification of await self.registration.getNotifications()) {
        self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
    }
    const left = await self.registration.getNotifications();
    return { opened, left: left.length };
}"""


async def _register(page: Page) -> tuple[CDPSession, str, Worker]:
    """What the page does when a person says yes: the worker runs; answers by which id the browser knows it."""
    cdp = await page.context.new_cdp_session(page)
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def _note(told: dict[str, Any]) -> None:
        for each in told["registrations"]:
            if not each["isDeleted"] and not known.done():
                known.set_result(each["registrationId"])

    cdp.on("ServiceWorker.workerRegistrationUpdated", _note)
    await cdp.send("ServiceWorker.enable")
    async with page.context.expect_event("serviceworker") as started:
        await page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        return cdp, await known, await started.value


async def _until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(STEP_TIMEOUT_MS / 1000):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.1)


async def _push_to(stage: Stage, fan: Member, service: PushService) -> bytes:
    """The shop writes to all fans by web push; answers what the platform has sealed for this fan's browser, opened."""
    browser = Browser("dan", service.port)
    await fan.call("PUT", "/api/me/push", browser.subscription)
    shop = f"/api/shops/{stage.product['shop_id']}"
    message: Json = {"name": "开播", "text": WORDS, "segment": "buyers", "channels": ["push"]}
    message |= {"room_id": stage.room["room_id"], "hold_out_bp": 0, "is_without_hold_out": True}
    await stage.host.call("POST", f"{shop}/campaigns", message)
    # The worker sends what is due every two seconds, and tells nobody.
    await _until(lambda: service.got)
    return json.dumps(browser.read(service.got[0].body)).encode()


async def test_a_message_is_shown_by_a_browser_and_leads_to_the_room_it_is_about(
    stage: Stage, open_page: OpenPage, enter: Callable[[str], Awaitable[Member]], platform: str
) -> None:
    fan = await enter("小丹")
    await fan.buy(
        stage.room["room_id"],
        await fan.address("辽宁省 丹东市 振兴区"),
        {**stage.product["skus"][0], "flash_sale": None},
        1,
    )
    page = await open_page("/?tab=live", name="fan", member=fan)
    await page.context.grant_permissions(["notifications"], origin=platform)
    cdp, registration_id, worker = await _register(page)
    async with PushService().run() as service:
        content = await _push_to(stage, fan, service)
    data = {"origin": platform, "registrationId": registration_id, "data": content.decode()}
    await cdp.send("ServiceWorker.deliverPushMessage", data)
    shop = await stage.host.call("GET", f"/api/shops/{stage.product['shop_id']}")
    link = f"/rooms/{stage.room['room_id']}"
    # A browser tells nobody that it has shown something.
    shown = await page.wait_for_function(_SHOWN)
    assert await shown.json_value() == [{"title": shop["name"], "body": WORDS, "link": link}]
    assert await worker.evaluate(_PRESS) == {"opened": [f"{platform}{link}"], "left": 0}
    await page.goto(f"{platform}{link}")
    await expect(page.get_by_test_id("room")).to_be_visible()
