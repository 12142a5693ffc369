"""Resumable uploads: what has arrived need not be sent again, whatever happened to whom."""

import asyncio
import base64
import hashlib
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import aiohttp
import aiotus
import httpx
import msgspec
import pytest
import yarl

from xiaodian.contracts.accounts import AccountId
from xiaodian.edge.context import Context
from xiaodian.modules.media.service import uploads
from xiaodian.modules.media.service.condemned import sweep_condemned
from xiaodian.modules.media.service.make_vod import make_next

from .vods import CHUNK, TUS, make_film, open_upload, send, upload

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]


@pytest.fixture
def ctx(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    """A platform that takes films of 3 MB, of which each account may have three under way, in parts of 100 kB."""
    monkeypatch.setattr(uploads, "PART_BYTES", 100_000)
    monkeypatch.setattr(uploads, "WRITE_BYTES", 10_000)
    settings = msgspec.structs.replace(ctx.settings, vod_max_bytes=3_000_000, vod_open_max=3)
    return msgspec.structs.replace(ctx, settings=settings)


async def stored(ctx: Context) -> list[str]:
    """Parts of uploads in the storage."""
    return [path async for path in ctx.storage.iterate("uploads/vods")]


async def arrived(ctx: Context, address: str) -> bytes:
    """What counts as arrived."""
    async with ctx.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT path FROM media.upload_part WHERE upload_id = $1::uuid ORDER BY start_byte",
            address.rpartition("/")[2],
        )
    return b"".join([await ctx.storage.get(row["path"]) for row in rows])


async def test_a_tus_client_uploads_a_film_over_a_real_port(
    ctx: Context, http_port: int, sign_up: SignUp, tmp_path: Path
) -> None:
    creator, _ = await sign_up()
    film = make_film(tmp_path / "film.mp4", 2).read_bytes()
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in creator.cookies.items())}
    url = yarl.URL(f"http://127.0.0.1:{http_port}/api/uploads")
    metadata = {"filename": "草莓.mp4".encode(), "filetype": b"video/mp4"}
    async with aiohttp.ClientSession() as session:
        # In two steps, because its own `upload` cannot follow a Location that is relative, as RFC 9110 allows.
        location = await aiotus.creation.create(session, url, io.BytesIO(film), metadata, headers=cookie)
        where = url.join(location)
        await aiotus.core.upload_buffer(session, where, io.BytesIO(film), chunksize=50_000, headers=cookie)
    told = await aiotus.metadata(where, headers=cookie)
    assert told is not None
    assert told["filename"] == "草莓.mp4".encode()
    assert await arrived(ctx, str(where)) == film
    assert await make_next(ctx)
    vod = (await creator.get(f"/api/vods/{str(where).rpartition('/')[2]}")).json()
    assert (vod["state"], vod["width"]) == ("ready", 320)
    # Whoever did not hear that all has arrived is told so, not sent away to begin once more.
    again = await creator.head(f"/api/uploads/{vod['vod_id']}", headers=TUS)
    assert again.headers["upload-offset"] == again.headers["upload-length"] == str(len(film))


async def test_what_arrived_before_a_cut_is_kept_and_gone_on_with_by_another_process(
    ctx: Context, sign_up: SignUp
) -> None:
    creator, owner_id = await sign_up()
    content = os.urandom(250_000)
    address = await open_upload(creator, len(content))
    upload_id = UUID(address.rpartition("/")[2])

    async def _cut() -> AsyncIterator[bytes]:
        yield content[:130_000]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await uploads.append(ctx, owner_id, upload_id, 0, _cut())
    head = await creator.head(address, headers=TUS)
    assert (head.status_code, head.headers["upload-offset"]) == (200, "130000")
    assert head.headers["cache-control"] == "no-store"
    assert (await send(creator, address, 130_000, content[130_000:])).status_code == 204
    assert await arrived(ctx, address) == content


async def test_two_who_send_the_same_bytes_at_once_cannot_mix_theirs(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    address = await open_upload(creator, 60_000)
    one, other = b"1" * 60_000, b"2" * 60_000
    answers = await asyncio.gather(send(creator, address, 0, one), send(creator, address, 0, other))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert await arrived(ctx, address) in (one, other)
    assert len(await stored(ctx)) == 1


async def test_bytes_at_a_wrong_place_are_refused_and_the_right_one_is_told(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    address = await open_upload(creator, 100)
    assert (await send(creator, address, 0, b"x" * 60)).status_code == 204
    answer = await send(creator, address, 0, b"y" * 60)
    assert (answer.status_code, answer.json()["params"]["offset"]) == (409, 60)
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert await arrived(ctx, address) == b"x" * 60


async def test_more_bytes_than_were_announced_are_refused(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    address = await open_upload(creator, 100)
    assert (await send(creator, address, 0, b"x" * 101)).status_code == 413
    head = await creator.head(address, headers=TUS)
    assert head.headers["upload-offset"] == "0"
    assert await stored(ctx) == []


async def test_damaged_bytes_are_noticed_by_their_checksum_and_not_kept(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    content = os.urandom(250_000)
    address = await open_upload(creator, len(content))
    checksum = "sha1 " + base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    bad = await send(creator, address, 0, content[:-1] + b"?", **{"Upload-Checksum": checksum})
    assert (bad.status_code, bad.json()["code"]) == (460, "upload_damaged")
    assert await stored(ctx) == []
    unknown = await send(creator, address, 0, content, **{"Upload-Checksum": "crc7 AAAA"})
    assert unknown.status_code == 422
    assert (await send(creator, address, 0, content, **{"Upload-Checksum": checksum})).status_code == 204
    assert await arrived(ctx, address) == content


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": "3000001"}, 413, "upload_too_large"),
        ({"Upload-Length": "0"}, 422, "not_a_video"),
        ({}, 422, "invalid_input"),
        ({"Upload-Length": "-1"}, 422, "invalid_input"),
        ({"Upload-Length": "1e3"}, 422, "invalid_input"),
        ({"Upload-Length": "9" * 40}, 422, "invalid_input"),
        ({"Upload-Defer-Length": "1"}, 422, "invalid_input"),
        ({"Upload-Length": "5", "Upload-Metadata": "filename ../../etc/passwd"}, 422, "invalid_input"),
        ({"Upload-Length": "5", "Upload-Metadata": "a YQ==,a YQ=="}, 422, "invalid_input"),
        ({"Upload-Length": "5", "Upload-Metadata": "a" * 5000}, 422, "invalid_input"),
        ({"Upload-Length": "5", "Tus-Resumable": "0.2.2"}, 412, "upload_version"),
    ],
)
async def test_uploads_that_cannot_be_are_not_begun(
    ctx: Context, sign_up: SignUp, headers: dict[str, str], status: int, code: str
) -> None:
    creator, _ = await sign_up()
    answer = await creator.post("/api/uploads", headers={**TUS, **headers})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    async with ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM media.upload") == 0


async def test_nobody_sees_or_changes_the_upload_of_another(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    stranger, _ = await sign_up("路人")
    address = await open_upload(creator, 100)
    answers = [
        await stranger.head(address, headers=TUS),
        await send(stranger, address, 0, b"x" * 100),
        await stranger.delete(address, headers=TUS),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    head = await creator.head(address, headers=TUS)
    assert (head.status_code, head.headers["upload-offset"]) == (200, "0")


async def test_an_upload_may_bring_its_first_bytes_and_say_another_method(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    created = await creator.post("/api/uploads", content=b"x" * 40, headers={**CHUNK, "Upload-Length": "100"})
    assert (created.status_code, created.headers["upload-offset"]) == (201, "40")
    address = created.headers["location"]
    headers = {**CHUNK, "Upload-Offset": "40", "X-HTTP-Method-Override": "PATCH"}
    assert (await creator.post(address, content=b"x" * 20, headers=headers)).headers["upload-offset"] == "60"
    gone = await creator.post(address, headers={**TUS, "X-HTTP-Method-Override": "DELETE"})
    assert gone.status_code == 204
    assert (await creator.head(address, headers=TUS)).status_code == 404


async def test_what_the_protocol_offers_is_told_to_anybody(client: httpx.AsyncClient) -> None:
    answer = await client.options("/api/uploads")
    assert (answer.status_code, answer.headers["tus-version"], answer.headers["tus-max-size"]) == (
        204,
        "1.0.0",
        "3000000",
    )
    assert "termination" in answer.headers["tus-extension"]


async def test_a_given_up_upload_leaves_nothing_behind(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    address = await open_upload(creator, 200)
    await send(creator, address, 0, b"x" * 100)
    assert len(await stored(ctx)) == 1
    assert (await creator.delete(address, headers=TUS)).status_code == 204
    assert (await send(creator, address, 100, b"x" * 100)).status_code == 404
    assert await sweep_condemned(ctx)
    assert await stored(ctx) == []


async def test_an_abandoned_upload_is_forgotten_and_one_in_the_making_is_not(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    abandoned = await open_upload(creator, 200)
    await send(creator, abandoned, 0, b"x" * 100)
    whole = await upload(creator, b"x" * 100)
    async with ctx.database.connection() as connection:
        await connection.execute("UPDATE media.upload SET expires_at = now()")
    assert (await creator.head(abandoned, headers=TUS)).status_code == 404
    assert await uploads.expire_uploads(ctx) == 1
    while await sweep_condemned(ctx):
        pass
    assert [whole in path for path in await stored(ctx)] == [True]
    assert (await creator.get(f"/api/vods/{whole}")).json()["state"] == "waiting"


async def test_one_account_cannot_fill_the_queue(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    await upload(creator, b"no film")
    for _ in range(2):
        await open_upload(creator, 100)
    answer = await creator.post("/api/uploads", headers={**TUS, "Upload-Length": "100"})
    assert (answer.status_code, answer.json()["params"]["most"]) == (429, 3)
    other, _ = await sign_up("另一个")
    await open_upload(other, 100)
    assert await make_next(ctx)
    await open_upload(creator, 100)


async def test_a_finished_upload_is_no_longer_an_upload(ctx: Context, sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    vod_id = await upload(creator, b"no film")
    assert (await creator.delete(f"/api/uploads/{vod_id}", headers=TUS)).status_code == 409
    assert (await creator.get(f"/api/vods/{vod_id}")).status_code == 200


async def test_a_film_of_another_kind_than_said_is_no_chunk(sign_up: SignUp) -> None:
    creator, _ = await sign_up()
    address = await open_upload(creator, 10)
    answer = await creator.patch(address, content=b"x", headers={**TUS, "Upload-Offset": "0"})
    assert answer.status_code == 415
