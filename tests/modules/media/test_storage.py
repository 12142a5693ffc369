"""Where files lie: a folder and an S3 store keep the same promises, also while they are away."""

import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from PIL import Image

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError, UnavailableError
from xiaodian.contracts.media import StreamId
from xiaodian.edge.context import Context
from xiaodian.infra.storage import Storage

from .conftest import Ingest, Push
from .tools import Host, download, watch
from .weed import Weed

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]


@pytest.fixture(scope="module")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    """A running S3 store."""
    running = Weed(tmp_path_factory.mktemp("weed"))
    yield running
    running.stop()


@pytest.fixture
def in_s3(weed: Weed, monkeypatch: pytest.MonkeyPatch, test_id: str, data_dir: Path) -> Storage:
    """A bucket of the test's own."""
    for name, value in weed.environment.items():
        monkeypatch.setenv(name, value)
    return Storage.open(weed.make_bucket(test_id), data_dir)


@pytest.fixture
def ctx(ctx: Context, in_s3: Storage) -> Context:
    """A platform whose files lie in S3."""
    return msgspec.structs.replace(ctx, storage=in_s3)


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, data_dir: Path) -> Storage:
    """Each kind of storage."""
    return Storage.open("", data_dir) if request.param == "folder" else request.getfixturevalue("in_s3")


async def test_files_come_back_as_they_were_put(storage: Storage, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(os.urandom(12_000_000))
    await storage.put("a/small", b"hello")
    await storage.put_file("a/large", large)
    assert (await storage.get("a/small"), await storage.size("a/large")) == (b"hello", 12_000_000)
    assert await storage.get_range("a/small", 1, 3) == b"el"
    await storage.get_file("a/large", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == large.read_bytes()
    assert sorted([path async for path in storage.iterate("a")]) == ["a/large", "a/small"]


async def test_what_is_not_there_is_said_so_and_may_be_deleted(storage: Storage, tmp_path: Path) -> None:
    for read in (
        storage.get("x"),
        storage.size("x"),
        storage.get_range("x", 0, 1),
        storage.get_file("x", tmp_path / "x"),
    ):
        with pytest.raises(NotFoundError):
            await read
    await storage.delete("x")
    assert [path async for path in storage.iterate("x")] == []


async def test_a_folder_goes_with_all_that_is_in_it_and_nothing_else(storage: Storage) -> None:
    for path in ("a/1", "a/b/2", "ab/3"):
        await storage.put(path, b"x")
    assert await storage.delete_folder("a/") == 2
    assert [path async for path in storage.iterate("")] == ["ab/3"]
    assert await storage.delete_folder("a/") == 0


async def test_a_store_that_is_away_is_said_to_be_and_found_again(weed: Weed, in_s3: Storage) -> None:
    await in_s3.put("a", b"x")
    weed.stop()
    for call in (in_s3.put("b", b"x"), in_s3.get("a"), in_s3.size("a"), in_s3.get_range("a", 0, 1), in_s3.delete("a")):
        with pytest.raises(UnavailableError):
            await call
    weed.restart()
    assert await in_s3.get("a") == b"x"


async def test_live_pictures_and_uploaded_ones_are_served_from_s3(
    ctx: Context,
    ingest: Ingest,
    host: Host,
    push: Push,
    films: Path,
    sign_up: SignUp,
    client: httpx.AsyncClient,
    tmp_path: Path,
    wait_for_state: Callable[[StreamId, str], Awaitable[None]],
) -> None:
    pushing = await push("-i", str(films / "talk.flv"), "-c", "copy", "-f", "flv", ingest.rtmp_url(host.key))
    await pushing.communicate()
    await wait_for_state(host.stream_id, "interrupted")
    await download(client, host.stream_id, tmp_path)
    seen = await watch(str(tmp_path / "index.m3u8"))
    assert seen.complaints == ""
    assert 7.5 < seen.picture_s < 8.5
    seller, _ = await sign_up()
    Image.new("RGB", (40, 30), "red").save(tmp_path / "red.png")
    files = {"file": ("red.png", (tmp_path / "red.png").read_bytes(), "image/png")}
    picture = (await seller.post("/api/media/pictures", files=files)).json()
    assert (await client.get(picture["url"])).headers["content-type"] == "image/webp"
    assert {path.partition("/")[0] async for path in ctx.storage.iterate("")} == {"streams", "pictures"}
