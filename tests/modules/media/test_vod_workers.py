"""Who makes films: workers that die, that are many, and that must not be in the way of a live stream."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import psutil
import pytest
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import UnavailableError
from xiaodian.contracts.media import VodId
from xiaodian.edge.context import Context
from xiaodian.infra.storage import Storage
from xiaodian.modules.media import api
from xiaodian.modules.media.service import vod_claim
from xiaodian.modules.media.service.condemned import sweep_condemned
from xiaodian.modules.media.service.make_vod import make_next, make_vods
from xiaodian.modules.media.service.vod_claim import LostError, claim_vod
from xiaodian.modules.media.vod_rules import VodFault

from .vods import make_film, upload

SignUp = Callable[..., Awaitable[tuple[httpx.AsyncClient, AccountId]]]
WAIT_S = 120.0


def encoders() -> list[psutil.Process]:
    """The ffmpegs that this process started."""
    return [child for child in psutil.Process().children(recursive=True) if "ffmpeg" in child.name()]


async def until_working(ctx: Context, vod_id: str) -> None:
    """Wait until a film is in the making."""
    async with asyncio.timeout(WAIT_S):
        while True:
            async with ctx.database.connection() as connection:
                if (await api.get_vod(connection, VodId(UUID(vod_id)))).progress > 5:
                    return
            await asyncio.sleep(0.05)


async def test_a_film_whose_worker_died_is_made_by_another(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    creator, _ = await sign_up()
    vod_id = await upload(creator, make_film(tmp_path / "a.mp4", 1).read_bytes())
    dead = await claim_vod(ctx.database)
    assert dead is not None
    assert await claim_vod(ctx.database) is None, "while it may live it is left alone"
    async with ctx.database.connection() as connection:
        await connection.execute("UPDATE media.vod SET lease_until = now()")
    assert await make_next(ctx)
    assert (await creator.get(f"/api/vods/{vod_id}")).json()["state"] == "ready"
    # It was only slow: what it has made is not told of any more.
    with pytest.raises(LostError):
        await vod_claim.end_refused(ctx.database, dead, VodFault.UNREADABLE)
    async with ctx.database.connection() as connection:
        assert [e.type for e in await list_envelopes(connection) if e.type.startswith("Vod")] == ["VodReady"]


async def test_a_film_at_which_workers_die_is_given_up(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    creator, _ = await sign_up()
    vod_id = await upload(creator, make_film(tmp_path / "a.mp4", 1).read_bytes())
    for _ in range(3):
        assert await claim_vod(ctx.database) is not None
        async with ctx.database.connection() as connection:
            await connection.execute("UPDATE media.vod SET lease_until = now()")
    assert await make_next(ctx)
    vod = (await creator.get(f"/api/vods/{vod_id}")).json()
    assert (vod["state"], vod["refused_reason"]) == ("refused", "unreadable")


async def test_a_worker_that_is_told_to_stop_lets_go_and_ends_its_encoder(
    ctx: Context, sign_up: SignUp, tmp_path: Path
) -> None:
    creator, _ = await sign_up()
    vod_id = await upload(creator, make_film(tmp_path / "a.mp4", 40, "1280x720").read_bytes())
    worker = asyncio.create_task(make_vods(ctx))
    await until_working(ctx, vod_id)
    worker.cancel()
    await asyncio.wait([worker])
    assert encoders() == []
    assert (await creator.get(f"/api/vods/{vod_id}")).json()["state"] == "waiting"
    assert list((ctx.settings.data_dir / "work").glob("vod-*")) == []
    again = await claim_vod(ctx.database)
    assert again is not None
    assert again.attempts == 1, "it was nobody's fault"


async def test_a_storage_that_is_away_is_not_the_films_fault(ctx: Context, sign_up: SignUp, tmp_path: Path) -> None:
    creator, _ = await sign_up()
    vod_id = await upload(creator, make_film(tmp_path / "a.mp4", 1).read_bytes())

    class Away(Storage):
        async def put_file(self, path: str, source: Path) -> None:
            raise UnavailableError

    away = Away.open(ctx.settings.media_url, ctx.settings.data_dir)
    with pytest.raises(UnavailableError):
        await make_next(msgspec.structs.replace(ctx, storage=away))
    assert (await creator.get(f"/api/vods/{vod_id}")).json()["state"] == "waiting"
    assert await make_next(ctx)
    assert (await creator.get(f"/api/vods/{vod_id}")).json()["state"] == "ready"
    while await sweep_condemned(ctx):
        pass
    runs = {path.split("/")[2] async for path in ctx.storage.iterate("vods")}
    assert len(runs) == 1


async def test_whoever_sends_many_films_does_not_hold_up_the_others(
    ctx: Context, sign_up: SignUp, tmp_path: Path
) -> None:
    eager, eager_id = await sign_up()
    other, other_id = await sign_up("另一个")
    for _ in range(3):
        await upload(eager, b"no film")
    await upload(other, b"no film")
    assert await make_next(ctx)
    claims = [await claim_vod(ctx.database) for _ in range(3)]
    assert [claim.owner_id if claim else None for claim in claims] == [other_id, eager_id, eager_id]


async def test_the_encoder_stands_behind_everybody_else_and_takes_one_core(
    ctx: Context, sign_up: SignUp, tmp_path: Path
) -> None:
    creator, _ = await sign_up()
    vod_id = await upload(creator, make_film(tmp_path / "a.mp4", 40, "1280x720").read_bytes())
    await upload(creator, make_film(tmp_path / "b.mp4", 1).read_bytes())
    worker = asyncio.create_task(make_vods(ctx))
    await until_working(ctx, vod_id)
    [encoder] = encoders()
    assert encoder.nice() == 19
    assert len(encoder.cpu_affinity()) == 1
    assert os.getpriority(os.PRIO_PROCESS, 0) < 19
    assert encoder.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    worker.cancel()
    await asyncio.wait([worker])
