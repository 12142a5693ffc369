"""A creator makes a video of a film, changes it, shows it, hides it, and has it gone."""

from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from tests.conftest import SignUp
from tests.films import DURATION_MS, finish_film, put_film
from tests.live.stage import make_product, set_stage
from tests.modules.content.studio import Studio, draw_picture, video
from tests.outbox import list_envelopes

from xiaodian.contracts.media import VodReady, VodRefused
from xiaodian.contracts.promotion import CommissionEnded
from xiaodian.modules.content.service.count import count
from xiaodian.modules.content.service.move_covers import move_covers

EVENTS = ("VideoPublished", "VideoChanged", "VideoWithdrawn")


async def _told(studio: Studio) -> list[str]:
    async with studio.ctx.database.connection() as connection:
        return [envelope.type for envelope in await list_envelopes(connection, *EVENTS)]


async def test_a_film_that_is_ready_becomes_a_video_that_everybody_may_watch(studio: Studio) -> None:
    video_id = await studio.draft(title="今天摘的草莓 #丹东草莓")
    viewer, _ = await studio.sign_up("观众")
    assert (await viewer.get(f"/api/videos/{video_id}")).status_code == 404
    assert await _told(studio) == []
    for _ in range(2):
        answer = await studio.creator.post(f"/api/me/videos/{video_id}/publish")
        assert (answer.status_code, answer.json()["state"]) == (200, "published")
    view = await studio.see(video_id, viewer)
    assert (view["title"], view["topics"]) == ("今天摘的草莓 #丹东草莓", ["丹东草莓"])
    assert (view["width"], view["height"], view["duration_ms"]) == (720, 1280, DURATION_MS)
    assert view["playback_url"].endswith("/master.m3u8")
    assert view["cover_url"].endswith("/poster.webp")
    assert view["creator"]["account_id"] == str(studio.stage.host_id)
    assert await _told(studio) == ["VideoPublished"]


async def test_a_film_still_worked_on_is_a_draft_that_is_told_of_when_it_is_ready(studio: Studio) -> None:
    vod_id = await put_film(studio.ctx, studio.stage.host_id, is_ready=False)
    made = (await studio.creator.post("/api/me/videos", json={"vod_id": str(vod_id)})).json()
    again = (await studio.creator.post("/api/me/videos", json={"vod_id": str(vod_id)})).json()
    assert again["video_id"] == made["video_id"]
    assert (made["state"], made["vod"]["state"], made["cover_url"]) == ("draft", "waiting", None)
    await studio.edit(made["video_id"], products=[studio.product(at_ms=DURATION_MS + 1)])
    for method, path, body in (
        ("POST", "/publish", None),
        ("PATCH", "", {"cover_at_ms": 0}),
    ):
        refused = await studio.creator.request(method, f"/api/me/videos/{made['video_id']}{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "video_not_ready")
    await finish_film(studio.ctx, vod_id)
    event = VodReady(vod_id=vod_id, owner_id=studio.stage.host_id, duration_ms=DURATION_MS)
    envelopes = await studio.happen("content-films", event)
    await studio.repeat("content-films", envelopes)
    own = await studio.own(made["video_id"])
    assert (own["state"], own["duration_ms"], own["vod"]["state"]) == ("draft", DURATION_MS, "ready")
    assert own["products"][0]["at_ms"] is None  # It lay behind the end, which nobody knew then.
    notices = (await studio.creator.get("/api/me/notices")).json()
    assert [(notice["kind"], notice["link"]) for notice in notices["items"]] == [
        ("video_ready", f"/console/videos/{made['video_id']}")
    ]
    uploaded_at = datetime.fromisoformat(own["created_at"]).astimezone(timezone(timedelta(hours=8)))
    assert f"{uploaded_at:%m-%d %H:%M}" in notices["items"][0]["text"], "which of the films without a title it is"


async def test_a_refused_film_can_only_be_thrown_away_and_its_creator_knows_why(studio: Studio) -> None:
    vod_id = await put_film(studio.ctx, studio.stage.host_id, is_ready=False, state="refused")
    video_id = (await studio.creator.post("/api/me/videos", json={"vod_id": str(vod_id)})).json()["video_id"]
    await studio.happen("content-films", VodRefused(vod_id=vod_id, owner_id=studio.stage.host_id, reason="unreadable"))
    refused = await studio.creator.post(f"/api/me/videos/{video_id}/publish")
    assert (refused.status_code, refused.json()["params"]["reason"]) == (409, "refused")
    assert (await studio.own(video_id))["vod"]["refused_reason"] == "unreadable"
    assert (await studio.creator.delete(f"/api/me/videos/{video_id}")).status_code == 204
    assert (await studio.creator.get(f"/api/me/videos/{video_id}")).status_code == 404


async def test_nobody_makes_a_video_of_a_strangers_film_or_touches_a_strangers_video(studio: Studio) -> None:
    video_id = await studio.publish()
    stranger, _ = await studio.sign_up("路人")
    vod_id = await put_film(studio.ctx, studio.stage.host_id)
    for method, path, body in (
        ("POST", "/api/me/videos", {"vod_id": str(vod_id)}),
        ("POST", "/api/me/videos", {"vod_id": str(uuid4())}),
        ("GET", f"/api/me/videos/{video_id}", None),
        ("PATCH", f"/api/me/videos/{video_id}", {"title": "偷来的"}),
        ("PATCH", f"/api/me/videos/{video_id}", {"cover_at_ms": 0}),
        ("POST", f"/api/me/videos/{video_id}/hide", None),
        ("DELETE", f"/api/me/videos/{video_id}", None),
    ):
        assert (await stranger.request(method, path, json=body)).status_code == 404, path
    assert (await studio.see(video_id))["title"] == ""
    assert (await stranger.get("/api/me/videos")).json()["items"] == []


async def test_a_hidden_video_is_gone_from_everywhere_and_comes_back_as_it_was(studio: Studio) -> None:
    video_id = await studio.publish(title="#草莓")
    first = await studio.see(video_id)
    viewer, _ = await studio.sign_up("观众")
    await viewer.put(f"/api/videos/{video_id}/like")
    assert (await studio.creator.post(f"/api/me/videos/{video_id}/hide")).status_code == 200
    for path in ("", "/comments"):
        assert (await viewer.get(f"/api/videos/{video_id}{path}")).status_code == 404
    assert (await viewer.put(f"/api/videos/{video_id}/like")).status_code == 404
    for path in ("/api/topics/草莓/videos", f"/api/creators/{studio.stage.host_id}/videos"):
        assert (await viewer.get(path)).json()["items"] == []
    assert (await studio.creator.post(f"/api/me/videos/{video_id}/publish")).status_code == 200
    again = await studio.see(video_id, viewer)
    assert (again["published_at"], again["likes"], again["is_liked"]) == (first["published_at"], 1, True)
    assert len((await viewer.get("/api/topics/草莓/videos")).json()["items"]) == 1
    assert await _told(studio) == ["VideoPublished", "VideoWithdrawn", "VideoPublished"]


async def test_a_deleted_video_leaves_nothing_behind(studio: Studio) -> None:
    video_id = await studio.publish(title="#草莓", products=[studio.product()])
    viewer, _ = await studio.sign_up("观众")
    await viewer.put(f"/api/videos/{video_id}/like")
    await viewer.post(f"/api/videos/{video_id}/comments", json={"text": "甜吗"})
    await viewer.post(f"/api/videos/{video_id}/reports", json={"reason": "spam"})
    async with studio.ctx.database.connection() as connection:
        vod_id = await connection.fetchval("SELECT vod_id FROM content.video WHERE video_id = $1", UUID(video_id))
    assert (await studio.creator.delete(f"/api/me/videos/{video_id}")).status_code == 204
    for table in (
        *("video", "video_move", "video_topic", "video_product", "video_count", "video_like", "video_comment"),
        *("report", "video_moment"),
    ):
        assert await studio.rows(table, video_id) == 0, table
    async with studio.ctx.database.connection() as connection:
        assert not await connection.fetchval("SELECT EXISTS (SELECT FROM media.vod WHERE vod_id = $1)", vod_id)
    assert (await viewer.get(f"/api/videos/{video_id}")).status_code == 404
    assert (await viewer.delete(f"/api/videos/{video_id}/like")).status_code == 204
    assert await _told(studio) == ["VideoPublished", "VideoWithdrawn"]


async def test_what_is_changed_of_a_published_video_is_told_and_what_is_not_named_stays(studio: Studio) -> None:
    video_id = await studio.publish(title="旧 #草莓", products=[studio.product(0, at_ms=3_000, show_ms=5_000)])
    changed = await studio.edit(video_id, title="新 #蓝莓", cover_url=await studio.cover(video_id))
    assert [(each["at_ms"], each["show_ms"]) for each in changed["products"]] == [(3_000, 5_000)]
    assert changed["topics"] == ["蓝莓"]
    assert (await studio.creator.get("/api/topics/草莓/videos")).json()["items"] == []
    (card,) = (await studio.creator.get("/api/topics/蓝莓/videos")).json()["items"]
    assert (card["video_id"], card["product_count"]) == (video_id, 1)
    assert await _told(studio) == ["VideoPublished", "VideoChanged"]


@pytest.mark.parametrize(
    ("patch", "reason"),
    [
        ({"title": "莓" * 201}, "too_long"),
        ({"title": "a\u202eb"}, "bad_character"),
        ({"title": " ".join(f"#话题{n}" for n in range(11))}, "too_many_topics"),
        ({"cover_at_ms": DURATION_MS}, "behind_the_end"),
        ({"cover_at_ms": 0, "cover_url": "/media/pictures/a.webp"}, "one_cover"),
        ({"products": [{"product_id": str(UUID(int=5))}]}, "not_yours"),
    ],
)  # fmt: skip
async def test_a_change_that_breaks_a_rule_changes_nothing(
    studio: Studio, patch: dict[str, object], reason: str
) -> None:
    video_id = await studio.publish(title="原来的", products=[studio.product()])
    before = await studio.own(video_id)
    answer = await studio.creator.patch(f"/api/me/videos/{video_id}", json={"title": "不要", **patch})
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason), answer.text
    assert await studio.own(video_id) == before


async def test_moments_that_cannot_be_are_refused(studio: Studio) -> None:
    video_id = await studio.draft()
    for products, reason in (
        ([studio.product(at_ms=DURATION_MS)], "behind_the_end"),
        ([studio.product(show_ms=5_000)], "without_moment"),
        ([studio.product(), studio.product()], "twice"),
        ([studio.product()] * 21, "too_many"),
    ):
        answer = await studio.creator.patch(f"/api/me/videos/{video_id}", json={"products": products})
        assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)
    for cover in ("https://spy.example/a.png", "/media/pictures/../../x", "/media/vods/x/poster.webp"):
        answer = await studio.creator.patch(f"/api/me/videos/{video_id}", json={"cover_url": cover})
        assert answer.status_code == 400
    assert (await studio.own(video_id))["products"] == []


async def test_only_goods_that_the_creator_may_sell_come_into_the_bag_and_they_leave_it_when_that_ends(
    studio: Studio, sign_up: SignUp
) -> None:
    other = await set_stage(studio.ctx, sign_up)
    foreign = other.products[0].product_id
    draft = await make_product(studio.creator, studio.stage.shop_id, "还没上架", "draft")
    video_id = await studio.publish(products=[studio.product()])
    path = f"/api/me/videos/{video_id}"
    for product_id, reason in ((foreign, "not_yours"), (draft.product_id, "not_on_sale")):
        answer = await studio.creator.patch(path, json={"products": [{"product_id": str(product_id)}]})
        assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)
    commission = await other.host.put(f"/api/products/{foreign}/commission", json={"rate_bp": 1000})
    assert commission.is_success, commission.text
    await studio.edit(video_id, products=[{"product_id": str(foreign)}, studio.product()])
    assert [item["number"] for item in (await studio.see(video_id))["bag"]] == [1, 2]
    assert (await other.host.delete(f"/api/products/{foreign}/commission")).is_success
    async with studio.ctx.database.connection() as connection:
        ended = await list_envelopes(connection, "CommissionEnded")
    await studio.repeat("content-commissions", ended)
    await studio.repeat("content-commissions", ended)
    bag = (await studio.see(video_id))["bag"]
    assert [(item["number"], item["title"]) for item in bag] == [(2, "丹东草莓")]
    assert (await _told(studio))[-1] == "VideoChanged"
    assert CommissionEnded.__name__ == ended[0].type


async def test_a_creator_sees_each_videos_state_film_goods_and_counters(studio: Studio) -> None:
    first = await studio.publish(title="一", products=[studio.product(1, at_ms=0)])
    second = await studio.draft(title="二")
    async with studio.ctx.database.transaction() as connection:
        await count(connection, "shares", video(first), 3, 2)
    page = (await studio.creator.get("/api/me/videos?limit=1")).json()
    assert [item["video_id"] for item in page["items"]] == [second]
    rest = (await studio.creator.get(f"/api/me/videos?limit=1&cursor={page['next_cursor']}")).json()
    assert ([item["video_id"] for item in rest["items"]], rest["next_cursor"]) == ([first], None)
    (item,) = rest["items"]
    assert (item["products"][0]["title"], item["shares"], item["likes"]) == ("五常大米", 2, 0)
    drafts = (await studio.creator.get("/api/me/videos?state=draft")).json()["items"]
    assert [each["title"] for each in drafts] == ["二"]


async def test_drafts_do_not_pile_up_for_ever(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaodian.modules.content.service.create_video.MAX_DRAFTS", 1)
    await studio.draft()
    vod_id = await put_film(studio.ctx, studio.stage.host_id)
    answer = await studio.creator.post("/api/me/videos", json={"vod_id": str(vod_id)})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_drafts")
    assert len((await studio.creator.get("/api/me/videos")).json()["items"]) == 1


async def test_a_cover_from_before_comes_to_lie_beside_its_film_and_a_lost_one_gives_way_to_the_first_picture(
    studio: Studio,
) -> None:
    kept, lost, own = await studio.publish(), await studio.publish(), await studio.publish()
    beside = await studio.cover(own)
    await studio.edit(own, cover_url=beside)
    files = {"file": ("cover.png", draw_picture(), "image/png")}
    picture = (await studio.creator.post("/api/media/pictures", files=files)).json()["url"]
    async with studio.ctx.database.connection() as connection:
        for video_id, url in ((kept, picture), (lost, "/media/pictures/gone.webp")):
            await connection.execute("UPDATE content.video SET cover_url = $2 WHERE video_id = $1", UUID(video_id), url)
    assert [await move_covers(studio.ctx) for _ in range(2)] == [2, 0]
    film = (await studio.own(kept))["vod"]["vod_id"]
    moved = (await studio.own(kept))["cover_url"]
    assert moved.startswith(f"/media/vods/{film}/cover-")
    assert (await studio.creator.get(moved)).status_code == 200
    assert (await studio.own(lost))["cover_url"].endswith("/poster.webp")
    assert (await studio.own(own))["cover_url"] == beside
