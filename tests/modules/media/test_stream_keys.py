"""Stream keys over HTTP, and what a front RTMP server asks about them."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import msgspec
import pytest

from xiaodian.app import create_app
from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context

from .conftest import OwnersStream
from .tools import Host

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]
CALLBACK = "/api/ingest/publish-callback"


@pytest.fixture
async def front(ctx: Context) -> Any:
    """A client of an app that demands the callback secret `s3cret`, and asks our gate."""
    settings = msgspec.structs.replace(ctx.settings, ingest_callback_secret="s3cret")
    app: Any = create_app(context=msgspec.structs.replace(ctx, settings=settings))
    app.state.publish_gate = OwnersStream(ctx)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        yield client


async def test_a_host_sees_the_same_key_again_until_it_is_rotated(sign_up: SignUp) -> None:
    client, _ = await sign_up("小丹")
    first = (await client.get("/api/me/stream-key")).json()
    assert (await client.get("/api/me/stream-key")).json() == first
    assert len(first["stream_key"]) == 27
    assert first["rtmp_url"].startswith("rtmp://test")
    assert first["publisher_url"].startswith("ws://test")
    answer = await client.post("/api/me/stream-key/rotation")
    assert answer.status_code == 200
    assert answer.json()["stream_key"] != first["stream_key"]
    assert (await client.get("/api/me/stream-key")).json() == answer.json()


async def test_two_hosts_never_share_a_key(sign_up: SignUp) -> None:
    keys = set()
    for name in ("甲", "乙"):
        client, _ = await sign_up(name)
        keys.add((await client.get("/api/me/stream-key")).json()["stream_key"])
    assert len(keys) == 2


async def test_strangers_see_no_key(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/me/stream-key")).status_code == 401
    assert (await client.post("/api/me/stream-key/rotation")).status_code == 401


def _questions(key: str) -> list[dict[str, Any]]:
    return [
        {"data": {"call": "publish", "app": "live", "name": key, "addr": "192.0.2.1"}},
        {"json": {"action": "on_publish", "app": "live", "stream": key, "param": "", "vhost": "_", "client_id": "1"}},
        {"json": {"action": "publish", "path": f"live/{key}", "protocol": "rtmp", "ip": "192.0.2.1", "user": ""}},
    ]


@pytest.mark.parametrize("server", [0, 1, 2], ids=["nginx-rtmp", "SRS", "MediaMTX"])
async def test_front_servers_are_told_who_may_publish(front: httpx.AsyncClient, host: Host, server: int) -> None:
    url = f"{CALLBACK}?secret=s3cret"
    answer = await front.post(url, **_questions(host.key)[server])
    assert (answer.status_code, answer.json()) == (200, {"code": 0})
    answer = await front.post(url, **_questions("guessed")[server])
    assert (answer.status_code, answer.json()["code"]) == (403, "publish_refused")
    answer = await front.post(f"{CALLBACK}?secret=wrong", **_questions(host.key)[server])
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "question",
    [{"content": b"\xff\xfe"}, {"json": []}, {"json": {"action": 5}}, {"data": {"call": "publish"}}, {"json": None}],
)
async def test_nonsense_from_a_front_server_is_a_4xx(front: httpx.AsyncClient, question: dict[str, Any]) -> None:
    answer = await front.post(f"{CALLBACK}?secret=s3cret", **question)
    assert 400 <= answer.status_code < 500


async def test_a_front_servers_own_viewers_are_not_let_in_by_us(front: httpx.AsyncClient, host: Host) -> None:
    question = {"action": "read", "path": f"live/{host.key}", "protocol": "hls"}
    assert (await front.post(f"{CALLBACK}?secret=s3cret", json=question)).status_code == 403
    done = {"call": "publish_done", "name": host.key}
    assert (await front.post(f"{CALLBACK}?secret=s3cret", data=done)).status_code == 200
