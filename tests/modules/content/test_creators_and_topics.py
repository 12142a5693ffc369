"""Pages of topics and creators, whom one follows, and reminders of planned rooms."""

from uuid import uuid4

import httpx
from tests.conftest import SignUp
from tests.modules.content.studio import Studio, video

from xiaodian.contracts.live import RoomMoved, RoomState
from xiaodian.modules.accounts.service.notices import forget_notices
from xiaodian.modules.content.service.count import count

PLANNED_MS = 4_000_000_000_000


async def _titles(client: httpx.AsyncClient, path: str) -> list[str]:
    """All titles of a list of videos, page by page."""
    titles: list[str] = []
    cursor = ""
    while True:
        page = (await client.get(f"{path}limit=2{cursor}")).json()
        titles += [item["title"] for item in page["items"]]
        if page["next_cursor"] is None:
            return titles
        cursor = f"&cursor={page['next_cursor']}"


async def test_a_topic_shows_its_videos_by_newest_and_by_what_people_like(studio: Studio) -> None:
    ids = [await studio.publish(title=f"{number} #草莓") for number in range(5)]
    await studio.publish(title="别的 #蓝莓")
    await studio.draft(title="草稿 #草莓")
    async with studio.ctx.database.transaction() as connection:
        await count(connection, "likes", video(ids[1]), 0, 3)
        await count(connection, "comments", video(ids[3]), 0, 3)
    topic = (await studio.creator.get("/api/topics/ 草莓".replace(" ", ""))).json()
    assert topic == {"topic": "草莓", "videos": 5}
    path = "/api/topics/草莓/videos"
    assert [title[0] for title in await _titles(studio.creator, f"{path}?")] == ["4", "3", "2", "1", "0"]
    assert [title[0] for title in await _titles(studio.creator, f"{path}?sort=hot&")] == ["3", "1", "4", "2", "0"]
    assert (await studio.creator.get("/api/topics/没有人说过")).json()["videos"] == 0
    for query in ("cursor=x", "sort=hot&cursor=W10", "sort=hot&cursor=Wy0xXQ"):
        assert (await studio.creator.get(f"{path}?{query}")).status_code == 422


async def test_a_topic_is_found_however_it_is_written(studio: Studio) -> None:
    await studio.publish(title="#DanDong")
    for topic in ("dandong", "DANDONG", "%23DanDong", "ＤａｎＤｏｎｇ"):
        assert (await studio.creator.get(f"/api/topics/{topic}")).json() == {"topic": "dandong", "videos": 1}


async def test_a_creators_page_shows_their_videos_shop_and_rooms(studio: Studio) -> None:
    for number in range(3):
        await studio.publish(title=str(number))
    await studio.draft(title="草稿")
    viewer, viewer_id = await studio.sign_up("观众")
    path = f"/api/creators/{studio.stage.host_id}"
    await viewer.put(f"{path}/follow")
    page = (await viewer.get(path)).json()
    assert (page["fans"], page["is_followed"], page["videos"], page["following"]) == (1, True, 3, 0)
    assert page["shop_id"] == str(studio.stage.shop_id)
    assert await _titles(viewer, f"{path}/videos?") == ["2", "1", "0"]
    (room,) = (await viewer.get(f"{path}/rooms")).json()["items"]
    assert (room["room_id"], room["state"]) == (str(studio.stage.room_id), "planned")
    await studio.stage.go_on_air()
    assert (await viewer.get(f"{path}/rooms?state=planned")).json()["items"] == []
    assert len((await viewer.get(f"{path}/rooms?state=on_air")).json()["items"]) == 1
    assert (await viewer.get(f"/api/creators/{viewer_id}")).json()["following"] == 1
    for rest in ("", "/videos", "/rooms"):
        assert (await viewer.get(f"/api/creators/{uuid4()}{rest}")).status_code == 404


async def test_whom_one_follows_is_listed_the_latest_first(studio: Studio) -> None:
    fan, _ = await studio.sign_up("粉")
    for name in ("甲", "乙", "丙"):
        _, creator_id = await studio.sign_up(name)
        await fan.put(f"/api/creators/{creator_id}/follow")
    page = (await fan.get("/api/me/following?limit=2")).json()
    assert [card["display_name"] for card in page["items"]] == ["丙", "乙"]
    assert all(card["is_followed"] for card in page["items"])
    rest = (await fan.get(f"/api/me/following?limit=2&cursor={page['next_cursor']}")).json()
    assert ([card["display_name"] for card in rest["items"]], rest["next_cursor"]) == (["甲"], None)


async def test_a_host_says_when_a_room_is_to_begin(studio: Studio) -> None:
    path = f"/api/rooms/{studio.stage.room_id}"
    planned = await studio.creator.patch(path, json={"planned_at_ms": PLANNED_MS})
    assert planned.json()["planned_at_ms"] == PLANNED_MS
    assert (await studio.creator.patch(path, json={"title": "换个标题"})).json()["planned_at_ms"] == PLANNED_MS
    (room,) = (await studio.creator.get("/api/rooms?state=planned")).json()["items"]
    assert room["planned_at_ms"] == PLANNED_MS
    assert (await studio.creator.patch(path, json={"planned_at_ms": None})).json()["planned_at_ms"] is None
    assert (await studio.creator.patch(path, json={"planned_at_ms": -1})).status_code == 400


async def test_notices_are_read_up_to_one_and_thrown_away_in_time(studio: Studio, sign_up: SignUp) -> None:
    asked, _ = await sign_up("想看")
    for number in range(3):
        room = (await studio.creator.post("/api/rooms", json={"title": str(number)})).json()
        await asked.put(f"/api/rooms/{room['room_id']}/reminder")
        moved = RoomMoved(
            room_id=room["room_id"], host_id=studio.stage.host_id, shop_id=None, state=RoomState.ON_AIR, at_ms=1
        )
        await studio.happen("content-rooms", moved)
    page = (await asked.get("/api/me/notices?limit=2")).json()
    assert [each["params"]["title"] for each in page["items"]] == ["2", "1"]
    second = page["items"][1]["notice_id"]
    stranger, _ = await sign_up("路人")
    newest = page["items"][0]["notice_id"]
    assert (await stranger.post("/api/me/notices/read", json={"up_to": newest})).status_code == 204
    for _ in range(2):
        assert (await asked.post("/api/me/notices/read", json={"up_to": second})).status_code == 204
    after = (await asked.get("/api/me/notices")).json()
    assert ([each["is_read"] for each in after["items"]], after["unread"]) == ([False, True, True], 1)
    first = {"up_to": after["items"][2]["notice_id"], "is_alone": True}
    async with studio.ctx.database.connection() as connection:
        await connection.execute("UPDATE accounts.notice SET read_at = NULL")
    assert (await asked.post("/api/me/notices/read", json={**first, "up_to": second})).status_code == 204
    alone = (await asked.get("/api/me/notices")).json()
    assert ([each["is_read"] for each in alone["items"]], alone["unread"]) == ([False, True, False], 2)
    await forget_notices(studio.ctx.database)
    assert len((await asked.get("/api/me/notices")).json()["items"]) == 3
    async with studio.ctx.database.connection() as connection:
        await connection.execute(
            """
            UPDATE accounts.notice SET notice_id = '00000000-0000-7000-8000-000000000001' WHERE notice_id = $1
            """,
            second,
        )
    await forget_notices(studio.ctx.database)
    assert len((await asked.get("/api/me/notices")).json()["items"]) == 2
