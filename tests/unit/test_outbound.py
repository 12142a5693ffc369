"""No address that a seller or an app gives us leads into our own network."""

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_address
from typing import Any

import pytest

from xiaodian.infra.outbound import AddressRefusedError, Outbound, OutboundFailedError, check_address, may_be_called
from xiaodian.settings import Settings

INSIDE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"),
    *("255.255.255.255", "240.0.0.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1"),
    *("::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "::127.0.0.1"),
]
WORLD = ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("ip", INSIDE)
def test_our_own_network_is_out_of_bounds(ip: str) -> None:
    assert not may_be_called(ip_address(ip), allow_private=False)


@pytest.mark.parametrize("ip", WORLD)
def test_the_world_may_be_called(ip: str) -> None:
    assert may_be_called(ip_address(ip), allow_private=False)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "not_https"),
        ("ftp://example.com/", "bad_address"),
        ("file:///etc/passwd", "bad_address"),
        ("https://user:secret@example.com/", "bad_address"),
        ("https:///nothing", "bad_address"),
        ("nonsense", "bad_address"),
        ("https://[::1]/", "private_address"),
        ("https://127.0.0.1/", "private_address"),
        ("https://2130706433/", "private_address"),
        ("https://0x7f.1/", "private_address"),
        ("https://localhost/", "private_address"),
        ("https://" + "a" * 3000 + ".example/", "bad_address"),
        ("https://none.invalid/", "unknown_host"),
        ("https://\x00/", "bad_address"),
    ],
)
async def test_an_address_that_leads_astray_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(AddressRefusedError) as refused:
        await check_address(url, allow_private=False)
    assert refused.value.params["reason"] == reason


class Server:
    """Answers each request with what was prepared, and remembers what was asked."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[bytes] = []
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answers.pop(0) if self.answers else b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    yield server
    listener.close()
    await listener.wait_closed()


async def test_an_operator_may_allow_the_own_network(server: Server) -> None:
    async with Outbound(Settings(outbound_private_addresses=True)) as outbound:
        answer = await outbound.request("GET", f"http://127.0.0.1:{server.port}/a?b=1", headers={"x-one": "1"})
    assert (answer.status, answer.content) == (200, b"ok")
    assert server.asked[0].startswith(b"GET /a?b=1 HTTP/1.1\r\n")
    assert b"x-one: 1" in server.asked[0].lower()


async def test_a_name_that_moves_inside_after_it_was_judged_is_not_followed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    answers = [["93.184.216.34"], ["127.0.0.1"]]

    async def _rebind(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in answers.pop(0)]

    monkeypatch.setattr(loop, "getaddrinfo", _rebind)
    url = f"https://rebind.example:{server.port}/"
    await check_address(url, allow_private=False)
    async with Outbound(Settings()) as outbound:
        with pytest.raises(AddressRefusedError):
            await outbound.request("GET", url)
    assert server.asked == []


async def test_a_good_address_beside_a_bad_one_does_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    async def _both(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", _both)
    with pytest.raises(AddressRefusedError):
        await check_address("https://two.example/", allow_private=False)


async def test_a_redirect_is_judged_like_a_first_address(server: Server) -> None:
    server.answers.append(b"HTTP/1.1 302 Found\r\nlocation: ftp://127.0.0.1/\r\ncontent-length: 0\r\n\r\n")
    async with Outbound(Settings(outbound_private_addresses=True)) as outbound:
        with pytest.raises(AddressRefusedError):
            await outbound.request("GET", f"http://127.0.0.1:{server.port}/", max_redirects=3)


async def test_redirects_end_somewhere(server: Server) -> None:
    server.answers += [b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n"] * 9
    async with Outbound(Settings(outbound_private_addresses=True)) as outbound:
        with pytest.raises(OutboundFailedError):
            await outbound.request("GET", f"http://127.0.0.1:{server.port}/", max_redirects=3)
    assert len(server.asked) == 4


async def test_more_than_was_asked_for_is_not_read(server: Server) -> None:
    server.answers.append(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n" + b"x" * 100_000)
    async with Outbound(Settings(outbound_private_addresses=True)) as outbound:
        with pytest.raises(OutboundFailedError) as failed:
            await outbound.request("GET", f"http://127.0.0.1:{server.port}/", max_bytes=1000)
    assert failed.value.reason == "too_large"


async def test_who_never_answers_is_not_waited_for(server: Server) -> None:
    server.answers.append(b"HTTP/1.1 200 OK\r\n")
    async with Outbound(Settings(outbound_private_addresses=True)) as outbound:
        with pytest.raises(OutboundFailedError):
            await outbound.request("GET", f"http://127.0.0.1:{server.port}/", timeout_s=0.2)
        with pytest.raises(OutboundFailedError) as failed:
            await outbound.request("GET", "http://127.0.0.1:1/", timeout_s=1)
    assert failed.value.reason == "unreachable"
