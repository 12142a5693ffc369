"""What is pushed to a browser arrives there, readable by it alone, and nowhere else."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import http_ece
import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from tests.modules.orders.market import Buyer
from tests.modules.outreach.sender import NOON, Sender

from xiaodian.edge.context import Context, Records
from xiaodian.modules.outreach.service.deliver_push import deliver_push
from xiaodian.modules.outreach.service.push_keys import to_text
from xiaodian.modules.outreach.service.run_campaigns import run_campaigns


class Got(NamedTuple):
    """A request to the push service."""

    path: str
    headers: dict[str, str]
    body: bytes


class PushService:
    """A real HTTP server that stands where a browser's push service would."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.status = 201
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append(Got(head[0].split()[1], headers, body))
        writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    @asynccontextmanager
    async def run(self) -> AsyncIterator["PushService"]:
        """Listens on a port of its own until the end of the block."""
        server = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self


@pytest.fixture
async def push_service() -> AsyncIterator[PushService]:
    """Where browsers' messages go."""
    async with PushService().run() as service:
        yield service


class Browser:
    """What a browser makes when a person says yes: a key of its own and a secret."""

    def __init__(self, name: str, port: int) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = self.secret = name.encode().ljust(16, b".")
        self.point = point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.path = f"/push/{name}"
        self.subscription = {
            "endpoint": f"http://127.0.0.1:{port}{self.path}",
            "receiver_key": to_text(point),
            "auth": to_text(self._auth),
        }

    def read(self, body: bytes) -> Any:
        """Open what came, as the standard says (RFC 8291)."""
        opened = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        return json.loads(opened)


def at_home(ctx: Context) -> Records:
    """The platform where addresses of one's own network may be called, as for those who try it out."""
    settings = msgspec.structs.replace(ctx.settings, outbound_private_addresses=True)
    return Records(settings=settings, database=ctx.database)


async def subscribed(sender: Sender, name: str, service: PushService) -> tuple[Buyer, Browser]:
    """A fan who said yes in a browser."""
    fan, browser = await sender.market.buyer(name), Browser(name, service.port)
    await sender.note_sale(fan.account_id, NOON - timedelta(days=100))
    async with sender.ctx.database.connection() as connection:
        await connection.execute(
            "INSERT INTO outreach.push_subscription VALUES ($1, $2, $3, $4, $5, $6)",
            browser.subscription["endpoint"],
            fan.account_id,
            base64.urlsafe_b64decode(browser.subscription["receiver_key"] + "=="),
            base64.urlsafe_b64decode(browser.subscription["auth"] + "=="),
            NOON,
            "zh",
        )
    return fan, browser


async def push(sender: Sender) -> int:
    """Send to all who bought, and deliver; answers how many arrived."""
    await sender.send(channels=["push"])
    await run_campaigns(sender.ctx, NOON)
    return await deliver_push(at_home(sender.ctx), NOON)


async def test_a_message_comes_to_the_browser_that_alone_can_read_it_signed_by_the_platform(
    sender: Sender, push_service: PushService
) -> None:
    (fan, mine), (other, theirs) = [await subscribed(sender, name, push_service) for name in ("dan", "hai")]
    assert await push(sender) == 2
    got = {each.path: each for each in push_service.got}
    assert mine.read(got[mine.path].body)["body"] == "新草莓到了"
    assert mine.read(got[mine.path].body)["link"] == f"/creators/{sender.market.seller_id}"
    with pytest.raises(http_ece.ECEException):
        theirs.read(got[mine.path].body)
    assert "新草莓".encode() not in got[mine.path].body
    headers = got[mine.path].headers
    assert (headers["content-encoding"], int(headers["ttl"]) > 0) == ("aes128gcm", True)
    # The browser's own push service takes it only from whom the browser gave the key of (RFC 8292).
    public_key = (await fan.client.get("/api/me/push")).json()["public_key"]
    assert headers["authorization"].endswith(f"k={public_key}")
    assert Vapid02.verify(headers["authorization"])
    assert await deliver_push(at_home(sender.ctx), NOON + timedelta(hours=1)) == 0
    assert (await other.client.get("/api/me/push")).json()["public_key"] == public_key


async def test_a_phone_that_is_switched_on_at_night_does_not_ring_then(
    sender: Sender, push_service: PushService
) -> None:
    await subscribed(sender, "dan", push_service)
    assert await push(sender) == 1
    bounds = f"/api/shops/{sender.market.shop_id}/outreach-bounds"
    assert (await sender.market.seller.put(bounds, json={"quiet_from_h": 20, "quiet_until_h": 22})).is_success
    assert await push(sender) == 1
    # Sent at noon of the books; quiet from 22, or from 20 by the shop's own word.
    assert [int(each.headers["ttl"]) for each in push_service.got] == [10 * 3600, 8 * 3600]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(sender: Sender, push_service: PushService, status: int) -> None:
    fan, _ = await subscribed(sender, "dan", push_service)
    push_service.status = status
    assert await push(sender) == 0
    assert (await fan.client.get("/api/me/push")).json()["browsers"] == 0
    assert await deliver_push(at_home(sender.ctx), NOON + timedelta(days=1)) == 0
    assert len(push_service.got) == 1


async def test_a_push_service_that_is_busy_gets_it_later(sender: Sender, push_service: PushService) -> None:
    await subscribed(sender, "dan", push_service)
    push_service.status = 503
    assert await push(sender) == 0
    push_service.status = 201
    assert await deliver_push(at_home(sender.ctx), NOON + timedelta(minutes=2)) == 1


async def test_who_opted_out_or_said_no_in_the_browser_gets_no_push(sender: Sender, push_service: PushService) -> None:
    out, _ = await subscribed(sender, "dan", push_service)
    off, browser = await subscribed(sender, "hai", push_service)
    await out.client.put(f"/api/me/opt-outs/{sender.market.shop_id}")
    # A stranger cannot turn it off for somebody else.
    endpoint = {"endpoint": browser.subscription["endpoint"]}
    await out.client.post("/api/me/push/removal", json=endpoint)
    assert (await off.client.get("/api/me/push")).json()["browsers"] == 1
    await off.client.post("/api/me/push/removal", json=endpoint)
    assert await push(sender) == 0
    assert push_service.got == []


async def test_an_address_in_our_own_network_is_refused_when_given_and_when_called(
    sender: Sender, push_service: PushService
) -> None:
    fan, browser = await subscribed(sender, "dan", push_service)
    refused: httpx.Response = await fan.client.put("/api/me/push", json=browser.subscription)
    assert (refused.status_code, refused.json()["field"]) == (422, "endpoint")
    malformed = {**browser.subscription, "endpoint": "https://1.1.1.1/x", "receiver_key": "AAAA"}
    assert (await fan.client.put("/api/me/push", json=malformed)).status_code == 422
    good = {**browser.subscription, "endpoint": "https://1.1.1.1/x"}
    assert (await fan.client.put("/api/me/push", json=good)).status_code == 204
    async with sender.ctx.database.connection() as connection:
        await connection.execute("DELETE FROM outreach.push_subscription WHERE endpoint LIKE 'https:%'")
    await sender.send(channels=["push"])
    await run_campaigns(sender.ctx, NOON)
    assert await deliver_push(sender.ctx, NOON) == 0
    assert push_service.got == []
