"""A clip cut from a room keeps the products that were on show, at the moments of its own film."""

from datetime import timedelta
from uuid import uuid4

from tests.live.room_film import GAP_S, put_room_film
from tests.modules.content.studio import Studio

from xiaodian.contracts.live import CueInfo
from xiaodian.contracts.media import StreamEnded
from xiaodian.kit.clock import to_epoch_ms, utc_now


async def _show(studio: Studio, product: int, film_start_s: float, film_end_s: float | None, gaps: int = 0) -> CueInfo:
    """A product was on show; `gaps` so often had the encoder been away before."""
    stream_id = await studio.stage.stream_id()
    async with studio.ctx.database.connection() as connection:
        first = await connection.fetchval("SELECT min(start_at) FROM media.segment WHERE stream_id = $1", stream_id)
        start = first + timedelta(seconds=film_start_s + gaps * GAP_S)
        end = None if film_end_s is None else first + timedelta(seconds=film_end_s + gaps * GAP_S)
        cue_id = uuid4()
        product_id = studio.stage.products[product].product_id
        await connection.execute(
            "INSERT INTO live.cue (cue_id, room_id, product_id, start_at, end_at) VALUES ($1, $2, $3, $4, $5)",
            cue_id,
            studio.stage.room_id,
            product_id,
            start,
            end,
        )
    return CueInfo(cue_id=cue_id, product_id=product_id, start_at=start, end_at=end)  # type: ignore[arg-type]


async def test_a_clip_of_a_replay_keeps_its_products_where_they_were_on_show(studio: Studio) -> None:
    await studio.stage.fill_bag()
    await studio.stage.go_on_air()
    await put_room_film(studio.stage, 30, 30)
    await _show(studio, 0, 5, 20)
    await _show(studio, 1, 40, 50, gaps=1)
    ended = StreamEnded(stream_id=await studio.stage.stream_id(), at_ms=to_epoch_ms(utc_now()), duration_ms=60_000)
    await studio.stage.happen("live-streams", ended)
    body = {"room_id": str(studio.stage.room_id), "from_ms": 10_000, "to_ms": 45_000}
    answer = await studio.creator.post("/api/me/videos/clips", json=body)
    assert answer.status_code == 201, answer.text
    clip = answer.json()
    assert [(each["title"], each["at_ms"], each["show_ms"]) for each in clip["products"]] == [
        ("丹东草莓", 0, 10_000),
        ("五常大米", 30_000, 5_000),
    ]
    assert (clip["state"], clip["title"], clip["source_room_id"]) == (
        "draft",
        "丹东草莓 | 草莓专场",
        str(studio.stage.room_id),
    )
    async with studio.ctx.database.connection() as connection:
        vod = await connection.fetchrow("SELECT from_ms, to_ms, state FROM media.vod")
    assert vod is not None
    assert tuple(vod) == (10_000, 45_000, "waiting")


async def test_a_clip_of_a_room_on_air_ends_where_its_film_ends_so_far(studio: Studio) -> None:
    await studio.stage.fill_bag()
    await studio.stage.go_on_air()
    await put_room_film(studio.stage, 20)
    await _show(studio, 0, 12, None)
    path, room_id = "/api/me/videos/clips", str(studio.stage.room_id)
    answer = await studio.creator.post(path, json={"room_id": room_id, "from_ms": 10_000, "to_ms": 20_000})
    assert answer.status_code == 201, answer.text
    assert [(each["at_ms"], each["show_ms"]) for each in answer.json()["products"]] == [(2_000, 8_000)]
    for from_ms, to_ms, reason in (
        (10_000, 20_001, "not_in_film"),
        (20_000, 10_000, "not_in_film"),
        (0, 1_999, "clip_too_short"),
    ):
        refused = await studio.creator.post(path, json={"room_id": room_id, "from_ms": from_ms, "to_ms": to_ms})
        assert (refused.status_code, refused.json()["params"]["reason"]) == (422, reason)
    assert len((await studio.creator.get("/api/me/videos")).json()["items"]) == 1


async def test_only_the_host_cuts_clips_of_a_room(studio: Studio) -> None:
    await studio.stage.go_on_air()
    await put_room_film(studio.stage, 20)
    stranger, _ = await studio.sign_up("路人")
    body = {"room_id": str(studio.stage.room_id), "from_ms": 0, "to_ms": 10_000}
    assert (await stranger.post("/api/me/videos/clips", json=body)).status_code == 403
    assert (await stranger.post("/api/me/videos/clips", json={**body, "room_id": str(uuid4())})).status_code == 404
    async with studio.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM media.vod") == 0
