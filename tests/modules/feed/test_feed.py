"""What a viewer is shown, and what never."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from tests.live.stage import set_stage
from tests.modules.feed.cinema import Cinema, Person, video_ids
from tests.outbox import list_envelopes

from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.feed import handlers
from xiaodian.modules.feed.queries import list_passed_by
from xiaodian.modules.feed.rules import creator_subject
from xiaodian.modules.feed.service.prepare import read_viewer


async def test_a_visit_shows_every_video_and_none_twice(cinema: Cinema, client: httpx.AsyncClient) -> None:
    creators = [await cinema.join(f"达人{number}") for number in range(4)]
    published = {str(await cinema.publish(creators[number % 4], f"片{number}")) for number in range(25)}
    shown = video_ids(await cinema.walk(client, "limit=4"))
    assert len(shown) == len(set(shown))
    assert set(shown) == published


async def test_nobody_is_shown_what_was_taken_down_before_the_feed_heard_of_it(
    cinema: Cinema, client: httpx.AsyncClient
) -> None:
    creator = await cinema.join("达人")
    kept = await cinema.publish(creator, "好片")
    for state in ("hidden", "taken_down"):
        await cinema.set_state(await cinema.publish(creator, state), state, is_told=False)
    assert video_ids(await cinema.walk(client)) == [str(kept)]


async def test_a_video_that_comes_back_is_shown_again(cinema: Cinema, client: httpx.AsyncClient) -> None:
    video_id = await cinema.publish(await cinema.join("达人"), topics=["草莓"])
    await cinema.set_state(video_id, "hidden")
    assert await cinema.walk(client) == []
    await cinema.set_state(video_id, "published")
    assert video_ids(await cinema.walk(client)) == [str(video_id)]


async def test_who_follows_a_creator_is_shown_the_new_film_first_and_told_why(cinema: Cinema) -> None:
    fan, followed, other = await cinema.join("粉丝"), await cinema.join("小丹"), await cinema.join("别人")
    await fan.client.put(f"/api/creators/{followed.account_id}/follow")
    wanted = await cinema.publish(followed)
    for number in range(5):
        await cinema.publish(other, f"片{number}", age=timedelta(minutes=number))
    page = await cinema.open(fan.client)
    first = page["items"][0]
    assert first["video"]["video_id"] == str(wanted)
    assert first["video"]["is_followed"]
    assert first["why"] == {"code": "followed", "params": {"name": "小丹"}, "text": "因为你关注了 小丹"}
    english = await cinema.open(fan.client, language="en")
    assert english["items"][0]["why"]["text"] == "Because you follow 小丹"


async def test_following_shows_whom_i_follow_alone_newest_first_page_by_page(cinema: Cinema) -> None:
    fan, other = await cinema.join("粉丝"), await cinema.join("别人")
    creators = [await cinema.join(f"达人{number}") for number in range(3)]
    for creator in creators:
        await fan.client.put(f"/api/creators/{creator.account_id}/follow")
    await cinema.publish(other)
    published = [
        str(await cinema.publish(creators[number % 3], age=timedelta(hours=number + 1))) for number in range(11)
    ]
    assert video_ids(await cinema.walk(fan.client, "tab=following&limit=3")) == published


async def test_a_creator_is_not_shown_the_own_films(cinema: Cinema) -> None:
    creator = await cinema.join("达人")
    await cinema.publish(creator)
    assert await cinema.walk(creator.client) == []


async def test_what_does_not_interest_me_comes_no_more_to_me_but_to_others(
    cinema: Cinema, client: httpx.AsyncClient
) -> None:
    viewer, creator = await cinema.join("观众"), await cinema.join("达人")
    video_id = await cinema.publish(creator)
    assert (await viewer.client.put(f"/api/videos/{video_id}/dismissal")).status_code == 204
    assert (await viewer.client.put(f"/api/videos/{video_id}/dismissal")).status_code == 204
    assert await cinema.walk(viewer.client) == []
    assert video_ids(await cinema.walk(client)) == [str(video_id)]
    assert (await viewer.client.delete(f"/api/videos/{video_id}/dismissal")).status_code == 204
    assert video_ids(await cinema.walk(viewer.client)) == [str(video_id)]


async def test_dismissing_a_video_that_nobody_may_watch_notes_nothing(cinema: Cinema) -> None:
    viewer, creator = await cinema.join("观众"), await cinema.join("达人")
    video_id = await cinema.publish(creator)
    await cinema.set_state(video_id, "hidden")
    for wanted in (video_id, uuid4()):
        assert (await viewer.client.put(f"/api/videos/{wanted}/dismissal")).status_code == 404
    async with cinema.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM feed.dismissal") == 0


async def test_rooms_on_air_come_between_the_films_and_not_after_their_end(
    cinema: Cinema, ctx: Context, client: httpx.AsyncClient
) -> None:
    stage = await set_stage(ctx, cinema.sign_up)
    creators = [await cinema.join(f"达人{number}") for number in range(5)]
    for number in range(8):
        await cinema.publish(creators[number % 5])
    await stage.go_on_air()
    page = await cinema.open(client, "limit=10")
    rooms = [item for item in page["items"] if item["kind"] == "room"]
    assert [item["room"]["room_id"] for item in rooms] == [str(stage.room_id)]
    assert page["items"].index(rooms[0]) == 4
    assert rooms[0]["why"]["code"] == "on_air"
    assert rooms[0]["video"] is None


async def test_a_room_that_does_not_interest_me_is_gone_with_its_host_behind_others_until_i_take_it_back(
    cinema: Cinema, ctx: Context, client: httpx.AsyncClient
) -> None:
    stage = await set_stage(ctx, cinema.sign_up)
    viewer = await cinema.join("观众")
    creators = [await cinema.join(f"达人{number}") for number in range(5)]
    for number in range(8):
        await cinema.publish(creators[number % 5])
    await stage.go_on_air()

    async def rooms_of(who: httpx.AsyncClient) -> list[str]:
        page = await cinema.open(who, "limit=10")
        return [item["room"]["room_id"] for item in page["items"] if item["kind"] == "room"]

    path, shown = f"/api/rooms/{stage.room_id}/dismissal", [str(stage.room_id)]
    assert await rooms_of(viewer.client) == shown
    for _ in range(2):
        assert (await viewer.client.put(path)).status_code == 204
    assert (await viewer.client.put(f"/api/rooms/{uuid4()}/dismissal")).status_code == 404
    assert await rooms_of(viewer.client) == []
    assert await rooms_of(client) == shown, "to others it comes as before"
    async with ctx.database.connection() as connection:
        known = await read_viewer(connection, viewer.account_id, utc_now())
    assert known.dismissed == {stage.room_id}
    assert known.disliked == {creator_subject(stage.host_id): 1}
    assert (await viewer.client.delete(path)).status_code == 204
    assert await rooms_of(viewer.client) == shown


async def test_a_room_that_i_reported_is_not_shown_to_me_again(cinema: Cinema, ctx: Context) -> None:
    stage = await set_stage(ctx, cinema.sign_up)
    viewer = await cinema.join("观众")
    await stage.go_on_air()
    path = f"/api/rooms/{stage.room_id}/reports"
    for _ in range(2):
        assert (await viewer.client.post(path, json={"reason": "fraud"})).status_code == 204
    async with ctx.database.connection() as connection:
        [envelope] = await list_envelopes(connection, "RoomReported")
    reactions = {consumer.durable: consumer for consumer in handlers.consumers(ctx)}
    for _ in range(2):
        await reactions["feed-room-complaints"].handle([envelope])
    async with ctx.database.connection() as connection:
        known = await read_viewer(connection, viewer.account_id, utc_now())
    assert known.dismissed == {stage.room_id}


async def test_a_room_that_i_saw_and_did_not_enter_lets_another_one_come_first(cinema: Cinema, ctx: Context) -> None:
    stages = [await set_stage(ctx, cinema.sign_up) for _ in range(2)]
    creators = [await cinema.join(f"达人{number}") for number in range(5)]
    for number in range(10):
        await cinema.publish(creators[number % 5])
    for stage in stages:
        await stage.go_on_air()

    async def rooms_of(person: Person) -> list[str]:
        page = await cinema.open(person.client, "limit=10")
        return [item["room"]["room_id"] for item in page["items"] if item["kind"] == "room"]

    passer, guest = await cinema.join("路人"), await cinema.join("客人")
    first = str(stages[0].room_id)
    await cinema.tell(passer.client, {"kind": "seen", "room_id": first})
    for kind in ("seen", "entered"):
        await cinema.tell(guest.client, {"kind": kind, "room_id": first})
    await cinema.react()
    assert await rooms_of(passer) == [str(stages[1].room_id), first]
    async with ctx.database.connection() as connection:
        since = utc_now() - timedelta(minutes=5)
        for person, passed_by in ((passer, {stages[0].room_id}), (guest, set())):
            ids = [stage.room_id for stage in stages]
            assert await list_passed_by(connection, person.account_id, ids, since) == passed_by


@pytest.mark.parametrize("cursor", ["x", "AAAA", "!!!!", "A" * 6000])
@pytest.mark.parametrize("tab", ["discover", "following"])
async def test_a_cursor_that_is_not_ours_is_refused(cinema: Cinema, tab: str, cursor: str) -> None:
    viewer = await cinema.join("观众")
    answer = await viewer.client.get(f"/api/feed?tab={tab}&cursor={cursor}")
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize("asked", ["limit=0", "limit=31", "limit=ten", "tab=mine"])
async def test_who_asks_for_what_is_not_there_is_told_which_word_is_wrong(
    client: httpx.AsyncClient, asked: str
) -> None:
    answer = await client.get(f"/api/feed?{asked}")
    assert answer.status_code == 400
    assert answer.json()["field"] == asked.partition("=")[0]


async def test_following_of_nobody_in_particular_asks_to_sign_in(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/feed?tab=following")).status_code == 401
