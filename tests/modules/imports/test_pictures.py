"""Pictures that a file only names are fetched once and hung on the products; what is none is told of."""

import asyncio
import io
from collections.abc import AsyncIterator

import msgspec
import pytest
from PIL import Image
from tests.modules.imports.work import Staff
from tests.modules.orders.market import Market

from xiaodian.app import JOB_KINDS
from xiaodian.contracts.imports import JobState


class PictureServer:
    """Serves one picture under any name but `/none.jpg` and `/page.html`; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.base = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ")[1].decode()
        self.asked.append(path)
        body = b"<html>" if path == "/page.html" else _picture()
        status = b"404 Not Found" if path == "/none.jpg" else b"200 OK"
        writer.write(b"HTTP/1.1 %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (status, len(body)) + body)
        await writer.drain()
        writer.close()


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
async def server() -> AsyncIterator[PictureServer]:
    server = PictureServer()
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.base = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    yield server
    listener.close()
    await listener.wait_closed()


def staff_of(market: Market, *, may_call_inside: bool) -> Staff:
    staff = Staff(market, JOB_KINDS)
    settings = msgspec.structs.replace(staff.ctx.settings, outbound_private_addresses=may_call_inside)
    staff.ctx = msgspec.structs.replace(staff.ctx, settings=settings)
    return staff


def file_of(base: str, *names: str) -> bytes:
    head = "Handle,Title,Variant SKU,Variant Price,Variant Image,Image Src\n"
    first = f"a,A,A-1,1.00,{base}/v.jpg,{base}/{names[0]}\n"
    return (head + first + "".join(f"a,,,,,{base}/{name}\n" for name in names[1:])).encode()


async def _product(staff: Staff) -> dict[str, object]:
    answer = await staff.client.get(f"{staff.path}/products")
    product: dict[str, object] = answer.json()["items"][0]
    return product


async def test_pictures_are_fetched_and_the_same_file_again_asks_for_nothing(
    market: Market, server: PictureServer
) -> None:
    staff = staff_of(market, may_call_inside=True)
    file = file_of(server.base, "1.jpg", "none.jpg", "page.html")
    job = await staff.finish("product_import", file, dry_run=False)
    assert job["state"] == JobState.DONE, job
    product = await _product(staff)
    pictures = product["picture_urls"]
    assert isinstance(pictures, list)
    assert len(pictures) == 1
    skus = product["skus"]
    assert isinstance(skus, list)
    assert skus[0]["picture_url"] == pictures[0]
    (first, *_) = await staff.rows(job["job_id"])
    assert first["params"]["pictures"] == {
        f"{server.base}/none.jpg": "picture_unreachable",
        f"{server.base}/page.html": "not_a_picture",
    }
    server.asked.clear()
    again = await staff.finish("product_import", file_of(server.base, "1.jpg"), dry_run=False)
    assert again["counts"] == {"unchanged": 1}
    assert server.asked == []


async def test_a_file_cannot_make_us_call_our_own_network(market: Market, server: PictureServer) -> None:
    staff = staff_of(market, may_call_inside=False)
    job = await staff.finish("product_import", file_of(server.base, "1.jpg"), dry_run=False)
    assert job["counts"] == {"created": 1}
    assert server.asked == []
    (first, *_) = await staff.rows(job["job_id"])
    assert set(first["params"]["pictures"].values()) == {"not_https"}
