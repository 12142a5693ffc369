"""Pictures that sellers upload."""

import io
import zlib
from collections.abc import Awaitable, Callable

import httpx
import pytest
from PIL import Image

from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]


def _picture(size: tuple[int, int], kind: str, exif: Image.Exif | None = None) -> bytes:
    output = io.BytesIO()
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    if exif is None:
        picture.save(output, kind)
    else:
        picture.save(output, kind, exif=exif)
    return output.getvalue()


def _bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 30,000 pixels wide and high."""

    def _chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = (30_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    data = _chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + data + _chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_picture_can_be_fetched_by_everybody(sign_up: SignUp, client: httpx.AsyncClient, kind: str) -> None:
    seller, _ = await sign_up()
    answer = await seller.post("/api/media/pictures", files={"file": ("p", _picture((400, 300), kind))})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["width"], answer.json()["height"]) == (400, 300)
    fetched = await client.get(answer.json()["url"])
    assert fetched.headers["content-type"] == "image/webp"
    assert "immutable" in fetched.headers["cache-control"]
    with Image.open(io.BytesIO(fetched.content)) as picture:
        assert picture.size == (400, 300)


async def test_a_phones_picture_is_upright_small_and_tells_no_secrets(sign_up: SignUp) -> None:
    seller, _ = await sign_up()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretPhoneMaker"
    answer = await seller.post("/api/media/pictures", files={"file": ("p", _picture((4000, 3000), "JPEG", exif))})
    assert (answer.json()["width"], answer.json()["height"]) == (1200, 1600)
    content = (await seller.get(answer.json()["url"])).content
    assert b"SecretPhoneMaker" not in content
    assert b"EXIF" not in content


async def test_the_same_picture_is_stored_once(sign_up: SignUp, ctx: Context) -> None:
    seller, _ = await sign_up()
    urls = {
        (await seller.post("/api/media/pictures", files={"file": ("p", _picture((50, 50), "PNG"))})).json()["url"]
        for _ in range(2)
    }
    assert len(urls) == 1
    assert len([path async for path in ctx.storage.iterate("pictures/")]) == 1


@pytest.mark.parametrize(
    "upload",
    [b"no picture", b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", _picture((9, 9), "GIF"), _bomb(),
     _picture((900, 900), "JPEG")[:3000], bytes(11_000_000)],
    ids=["text", "empty", "svg", "gif", "bomb", "cut-off", "too-large"],
)  # fmt: skip
async def test_what_is_no_picture_is_refused_and_not_kept(sign_up: SignUp, ctx: Context, upload: bytes) -> None:
    seller, _ = await sign_up()
    answer = await seller.post("/api/media/pictures", files={"file": ("p.jpg", upload, "image/jpeg")})
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["field"]) == ("not_a_picture", "file")
    assert [path async for path in ctx.storage.iterate("pictures/")] == []


async def test_an_upload_without_a_file_is_refused(sign_up: SignUp) -> None:
    seller, _ = await sign_up()
    assert (await seller.post("/api/media/pictures", files={"file": (None, "text")})).status_code == 400
    assert (await seller.post("/api/media/pictures", files={"other": ("p", b"x")})).status_code == 400
    assert (await seller.post("/api/media/pictures", content=b"x")).status_code in (400, 415)


async def test_strangers_cannot_upload(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/media/pictures", files={"file": ("p", _picture((9, 9), "PNG"))})
    assert answer.status_code == 401


NAMES = ("..%2f..%2fetc%2fpasswd", "../streams", "a.webp", f"{'0' * 64}.webp", f"{'0' * 64}.webp/x")


@pytest.mark.parametrize("name", NAMES)
async def test_only_stored_pictures_are_served(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/media/pictures/{name}")).status_code == 404
