"""Viewers report what breaks the rules, operators decide, creators are told."""

from uuid import uuid4

import httpx
import pytest
from tests.conftest import SignUp
from tests.modules.content.studio import Studio
from tests.outbox import list_envelopes

from xiaodian.contracts.live import RoomState, StateMoment
from xiaodian.edge.context import Context
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content.video_rules import REPORTS_PER_HOUR


@pytest.fixture
async def operator(ctx: Context, sign_up: SignUp) -> httpx.AsyncClient:
    """Somebody who runs the platform."""
    client, account_id = await sign_up("运营")
    async with ctx.database.connection() as connection:
        await accounts.grant_operator(connection, account_id)
    return client


async def test_reports_of_one_video_are_one_thing_to_decide_the_longest_waiting_first(
    studio: Studio, operator: httpx.AsyncClient
) -> None:
    first, second = await studio.publish(title="一"), await studio.publish(title="二")
    one, _ = await studio.sign_up("甲")
    other, _ = await studio.sign_up("乙")
    told = (
        (one, first, "fraud"),
        (one, first, "spam"),
        (one, second, "spam"),
        (other, first, "vulgar"),
    )
    for client, video_id, reason in told:
        body = {"reason": reason, "note": " 看不下去 "}
        assert (await client.post(f"/api/videos/{video_id}/reports", json=body)).status_code == 204
    page = (await operator.get("/api/operator/reports?limit=1")).json()
    (item,) = page["items"]
    assert (item["video"]["video_id"], item["reports"], item["reasons"]) == (first, 2, ["fraud", "vulgar"])
    assert (item["notes"], item["comment"]) == (["看不下去", "看不下去"], None)
    rest = (await operator.get(f"/api/operator/reports?limit=1&cursor={page['next_cursor']}")).json()
    assert ([each["video"]["video_id"] for each in rest["items"]], rest["next_cursor"]) == ([second], None)
    async with studio.ctx.database.connection() as connection:
        assert len(await list_envelopes(connection, "VideoReported")) == 3


async def test_a_video_taken_down_is_gone_for_viewers_and_comes_back_where_it_was(
    studio: Studio, operator: httpx.AsyncClient
) -> None:
    shown, hidden = await studio.publish(title="#草莓"), await studio.publish()
    await studio.creator.post(f"/api/me/videos/{hidden}/hide")
    viewer, _ = await studio.sign_up("观众")
    await viewer.post(f"/api/videos/{shown}/reports", json={"reason": "false_claims"})
    for video_id in (shown, hidden):
        for _ in range(2):
            taken = await operator.post(f"/api/operator/videos/{video_id}/take-down", json={"reason": "不实宣传"})
            assert taken.status_code == 204
    assert (await viewer.get(f"/api/videos/{shown}")).status_code == 404
    assert (await viewer.get("/api/topics/草莓/videos")).json()["items"] == []
    assert (await operator.get("/api/operator/reports")).json()["items"] == []
    own = await studio.own(shown)
    assert (own["state"], own["taken_down_reason"]) == ("taken_down", "不实宣传")
    for deed in ("publish", "hide"):
        refused = await studio.creator.post(f"/api/me/videos/{shown}/{deed}")
        assert (refused.status_code, refused.json()["code"]) == (409, "video_state")
    for video_id in (shown, hidden):
        back = await operator.post(f"/api/operator/videos/{video_id}/restore", json={"reason": "申诉成立"})
        assert back.status_code == 204
    assert [(await studio.own(each))["state"] for each in (shown, hidden)] == ["published", "hidden"]
    assert (await studio.own(shown))["taken_down_reason"] is None
    kinds = [each["kind"] for each in (await studio.creator.get("/api/me/notices")).json()["items"]]
    assert kinds == ["video_restored", "video_restored", "video_taken_down", "video_taken_down"]
    again = await operator.post(f"/api/operator/videos/{shown}/restore", json={"reason": "x"})
    assert again.status_code == 409
    async with studio.ctx.database.connection() as connection:
        told = [envelope.type for envelope in await list_envelopes(connection, "VideoPublished", "VideoWithdrawn")]
    # Published twice; one hidden by its creator; the other taken down and back.
    assert told == ["VideoPublished", "VideoPublished", "VideoWithdrawn", "VideoWithdrawn", "VideoPublished"]


async def test_a_decision_needs_its_reason_and_a_draft_cannot_be_taken_down(
    studio: Studio, operator: httpx.AsyncClient
) -> None:
    draft, shown = await studio.draft(), await studio.publish()
    path = "/api/operator/videos"
    assert (await operator.post(f"{path}/{draft}/take-down", json={"reason": "x"})).status_code == 409
    assert (await operator.post(f"{path}/{shown}/take-down", json={"reason": "  "})).status_code == 422
    assert (await operator.post(f"{path}/{uuid4()}/take-down", json={"reason": "x"})).status_code == 404
    assert (await operator.post(f"{path}/{shown}/dismissal", json={})).status_code == 404
    assert [(await studio.own(each))["state"] for each in (draft, shown)] == ["draft", "published"]


async def test_a_reported_comment_is_removed_or_cleared(studio: Studio, operator: httpx.AsyncClient) -> None:
    video_id = await studio.publish()
    viewer, _ = await studio.sign_up("观众")
    path = f"/api/videos/{video_id}/comments"
    ids = [(await studio.creator.post(path, json={"text": text})).json()["comment_id"] for text in ("一", "二")]
    for comment_id in (*ids, ids[0]):
        assert (await viewer.post(f"{path}/{comment_id}/reports", json={"reason": "vulgar"})).status_code == 204
    assert (await viewer.post(f"{path}/{uuid4()}/reports", json={"reason": "vulgar"})).status_code == 404
    items = (await operator.get("/api/operator/reports")).json()["items"]
    assert [item["comment"]["text"] for item in items] == ["一", "二"]
    assert (await operator.delete(f"/api/operator/videos/{video_id}/comments/{ids[0]}")).status_code == 204
    cleared = await operator.post(f"/api/operator/videos/{video_id}/dismissal", json={"comment_id": ids[1]})
    assert cleared.status_code == 204
    assert (await operator.get("/api/operator/reports")).json()["items"] == []
    left = (await viewer.get(path)).json()["items"]
    assert [comment["text"] for comment in left] == ["二"]
    assert (await studio.see(video_id))["comments"] == 1


async def test_reporting_in_bulk_is_slowed_down_and_made_up_reasons_are_refused(studio: Studio) -> None:
    video_id = await studio.publish()
    viewer, _ = await studio.sign_up("观众")
    path = f"/api/videos/{video_id}/reports"
    assert (await viewer.post(path, json={"reason": "ugly"})).status_code == 400
    assert (await viewer.post(path, json={"reason": "spam", "note": "x" * 501})).status_code == 400
    codes = [(await viewer.post(path, json={"reason": "spam"})).status_code for _ in range(REPORTS_PER_HOUR.burst + 2)]
    assert 429 in codes
    assert await studio.rows("report", video_id) == 1


async def test_a_reported_room_waits_among_the_others_and_is_cleared(
    studio: Studio, operator: httpx.AsyncClient
) -> None:
    video_id, room_id = await studio.publish(title="一"), str(studio.stage.room_id)
    one, _ = await studio.sign_up("甲")
    other, _ = await studio.sign_up("乙")
    for client, path in (
        (one, f"/api/rooms/{room_id}/reports"),
        (one, f"/api/rooms/{room_id}/reports"),
        (other, f"/api/videos/{video_id}/reports"),
        (other, f"/api/rooms/{room_id}/reports"),
    ):
        assert (await client.post(path, json={"reason": "fraud", "note": "假的"})).status_code == 204
    assert (await one.post(f"/api/rooms/{uuid4()}/reports", json={"reason": "fraud"})).status_code == 404
    first, second = (await operator.get("/api/operator/reports")).json()["items"]
    assert (first["room"]["room_id"], first["video"], first["reports"]) == (room_id, None, 2)
    assert first["room"]["host"]["display_name"] == "小丹"
    assert (second["room"], second["video"]["video_id"]) == (None, video_id)
    ruling = f"/api/operator/rooms/{room_id}/dismissal"
    assert (await one.post(ruling)).status_code == 403
    assert [(await operator.post(ruling)).status_code for _ in range(2)] == [204, 404]
    [left] = (await operator.get("/api/operator/reports")).json()["items"]
    assert left["video"]["video_id"] == video_id


async def test_a_room_that_breaks_the_rules_is_ended_for_everybody_and_its_host_reads_which(
    studio: Studio, operator: httpx.AsyncClient
) -> None:
    stage, room_id = studio.stage, str(studio.stage.room_id)
    await stage.fill_bag()
    await stage.go_on_air()
    viewer, _ = await studio.sign_up("观众")
    await viewer.post(f"/api/rooms/{room_id}/reports", json={"reason": "fake_goods"})
    path, ruling = f"/api/operator/rooms/{room_id}/end", {"rule": "fake_goods", "note": " 吊牌是假的 "}
    for who in (viewer, studio.creator):
        assert (await who.post(path, json=ruling)).status_code == 403
    assert (await viewer.get(f"/api/rooms/{room_id}")).json()["state"] == "on_air"
    assert [(await operator.post(path, json=ruling)).status_code for _ in range(2)] == [204, 204]
    assert (await viewer.get(f"/api/rooms/{room_id}")).json()["state"] == "ended"
    states = [each.moment.state for each in await stage.entries() if isinstance(each.moment, StateMoment)]
    assert states == [RoomState.ON_AIR, RoomState.ENDED]
    async with studio.ctx.database.connection() as connection:
        stream = "SELECT state FROM media.stream WHERE stream_id = $1"
        assert await connection.fetchval(stream, await stage.stream_id()) == "ended"
    # The reports are decided, the host is told once, in the language that they read.
    assert (await operator.get("/api/operator/reports")).json()["items"] == []
    told = (await studio.creator.get("/api/me/notices", headers={"accept-language": "zh"})).json()
    [notice] = [each for each in told["items"] if each["kind"] == "room_stopped"]
    assert notice["text"].endswith("违反规则：假货。吊牌是假的")
    assert notice["link"] == f"/console/rooms/{room_id}"
    told = (await studio.creator.get("/api/me/notices", headers={"accept-language": "en"})).json()
    assert told["items"][0]["text"].endswith("It broke a rule: fake goods. 吊牌是假的")
    [own] = (await studio.creator.get(f"/api/rooms/{room_id}/rulings")).json()["items"]
    assert (own["measure"], own["rule"], own["note"]) == ("ended", "fake_goods", "吊牌是假的")
    assert (await viewer.get(f"/api/rooms/{room_id}/rulings")).status_code == 403
    # What operators did, and who: for operators alone.
    [logged] = (await operator.get("/api/operator/room-rulings")).json()["items"]
    assert (logged["ruling"], logged["room"]["room_id"]) == (own, room_id)
    assert logged["operator"]["display_name"] == "运营"
    assert (await studio.creator.get("/api/operator/room-rulings")).status_code == 403


async def test_the_host_of_a_room_that_was_over_is_told_once_for_what_was_reported(
    studio: Studio, operator: httpx.AsyncClient
) -> None:
    room_id = str(studio.stage.room_id)
    path = f"/api/operator/rooms/{room_id}/end"
    await studio.creator.post(f"{studio.stage.control}/end")
    assert (await operator.post(path, json={"rule": "fraud"})).status_code == 404
    viewer, _ = await studio.sign_up("观众")
    await viewer.post(f"/api/rooms/{room_id}/reports", json={"reason": "fraud"})
    assert [(await operator.post(path, json={"rule": "fraud"})).status_code for _ in range(2)] == [204, 204]
    kinds = [each["kind"] for each in (await studio.creator.get("/api/me/notices")).json()["items"]]
    assert kinds.count("room_warned") == 1
    assert "room_stopped" not in kinds
    assert (await operator.get("/api/operator/reports")).json()["items"] == []


async def test_a_room_is_not_ended_without_a_rule_and_other_says_what(
    studio: Studio, operator: httpx.AsyncClient
) -> None:
    room_id = str(studio.stage.room_id)
    path = f"/api/operator/rooms/{room_id}/end"
    refused = [
        (await operator.post(path, json=body)).status_code
        for body in (
            {},
            {"rule": "ugly"},
            {"rule": "other"},
            {"rule": "other", "note": "  "},
            {"rule": "fraud", "x": 1},
        )
    ]
    assert refused == [400, 400, 422, 422, 400]
    assert (await operator.post(f"/api/operator/rooms/{uuid4()}/end", json={"rule": "fraud"})).status_code == 404
    assert (await operator.get(f"/api/rooms/{room_id}")).json()["state"] == "planned"
    assert (await operator.get("/api/operator/room-rulings")).json()["items"] == []
    assert (await studio.creator.get("/api/me/notices")).json()["items"] == []
