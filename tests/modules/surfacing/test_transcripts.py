"""What is said in a room comes in once, in its time, and only from its host."""

from typing import Any

import httpx
import pytest
from tests.conftest import SignUp
from tests.live.stage import Stage
from tests.modules.surfacing.room import Room

from xiaodian.kit.clock import to_epoch_ms, utc_now

VTT = """WEBVTT

1
00:00:00.000 --> 00:00:02.500
来看<i>一号</i>链接

00:02.600 --> 00:04.000
又甜又大
"""


async def _lines(room: Room) -> list[tuple[str, int, int]]:
    async with room.stage.ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT text, start_at, end_at FROM surfacing.caption ORDER BY caption_no")
        started_at = await connection.fetchval("SELECT started_at FROM live.room")
    return [
        (row["text"], *(round((row[key] - started_at).total_seconds() * 1000) for key in ("start_at", "end_at")))
        for row in rows
    ]


async def _post(room: Room, body: Any, client: httpx.AsyncClient | None = None) -> httpx.Response:
    return await (client or room.host).post(f"{room.path}/transcript", json=body)


async def _post_vtt(room: Room, body: str | bytes, **params: int) -> httpx.Response:
    return await room.host.post(
        f"{room.path}/transcript", content=body, headers={"content-type": "text/vtt; charset=utf-8"}, params=params
    )


async def test_a_line_that_is_sent_again_is_kept_once(room: Room) -> None:
    told = {"clock": "room", "lines": [{"text": "来看一号链接", "end_ms": 2000}, {"text": "好", "end_ms": 2500}]}
    assert (await _post(room, told)).json() == {"taken": 2, "known": 0}
    assert (await _post(room, told)).json() == {"taken": 0, "known": 2}
    named = {"clock": "room", "lines": [{"text": "一号", "end_ms": 3000, "line_id": "asr-7"}]}
    corrected = {"clock": "room", "lines": [{"text": "一号链接", "end_ms": 3100, "line_id": "asr-7"}]}
    assert (await _post(room, named)).json() == {"taken": 1, "known": 0}
    assert (await _post(room, corrected)).json() == {"taken": 0, "known": 1}
    assert [text for text, _, _ in await _lines(room)] == ["来看一号链接", "好", "一号"]


async def test_webvtt_counts_from_the_moment_the_room_went_on_air(room: Room) -> None:
    assert (await _post_vtt(room, VTT)).json() == {"taken": 2, "known": 0}
    assert (await _post_vtt(room, VTT)).json() == {"taken": 0, "known": 2}
    assert await _lines(room) == [("来看一号链接", 0, 2500), ("又甜又大", 2600, 4000)]
    # Who watches the replay reads it by the same clock.
    captions = await room.host.get(f"{room.path}/captions")
    assert captions.text == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n来看一号链接\n\n00:00:02.600 --> 00:00:04.000\n又甜又大\n"
    )


async def test_webvtt_may_say_what_its_zero_is(room: Room) -> None:
    answer = await _post_vtt(room, VTT, offset_ms=to_epoch_ms(utc_now()))
    assert answer.json() == {"taken": 2, "known": 0}
    assert all(end_ms - start_ms in (2500, 1400) for _, start_ms, end_ms in await _lines(room))


@pytest.mark.parametrize(
    "body",
    [
        b"not a film's captions",
        b"WEBVTT\n\n",
        b"\xff\xfe\x00",
        b"WEBVTT\n\n99999999:00:00.000 --> 99999999:00:01.000\nx",
    ],
)
async def test_what_is_no_webvtt_is_refused_and_nothing_kept(room: Room, body: bytes) -> None:
    answer = await _post_vtt(room, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid_input"
    assert await _lines(room) == []


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ({"text": "早于开播", "end_ms": 0}, 422),
        ({"text": "   ", "end_ms": 1000}, 422),
        ({"text": "", "end_ms": 1000}, 400),
        ({"text": "长" * 1001, "end_ms": 1000}, 400),
        ({"text": "无时间"}, 400),
        ({"text": "多余", "end_ms": 1000, "speaker": "主播"}, 400),
    ],
)
async def test_a_line_that_cannot_be_is_refused_with_its_place(room: Room, line: dict[str, Any], status: int) -> None:
    clock = "epoch" if line.get("end_ms") == 0 else "room"
    answer = await _post(room, {"clock": clock, "lines": [line]})
    assert answer.status_code == status, answer.text
    assert await _lines(room) == []


async def test_only_the_host_says_what_was_said(room: Room, sign_up: SignUp) -> None:
    stranger, _ = await sign_up("路人")
    told = {"clock": "room", "lines": [{"text": "来看一号链接", "end_ms": 2000}]}
    assert (await _post(room, told, stranger)).status_code == 403
    assert await _lines(room) == []


async def test_a_flood_of_lines_is_slowed_down(room: Room) -> None:
    lines = [{"text": f"第{number}句", "end_ms": 1000} for number in range(4000)]
    assert (await _post(room, {"clock": "room", "lines": lines})).status_code == 200
    refused = await _post(room, {"clock": "room", "lines": [{**line, "text": f"又{line['text']}"} for line in lines]})
    assert refused.status_code == 429, refused.text
    assert int(refused.headers["retry-after"]) > 0
    assert len(await _lines(room)) == 4000


async def test_a_transcript_may_come_after_the_show_and_brings_no_card_up(room: Room) -> None:
    await room.decide("auto")
    ended = await room.host.post(f"{room.stage.control}/end")
    assert ended.status_code == 204, ended.text
    told = {"clock": "room", "lines": [{"text": "来看一号链接丹东草莓", "end_ms": 100}]}
    assert (await _post(room, told)).json() == {"taken": 1, "known": 0}
    assert await room.featured() == []


async def test_nothing_was_said_in_a_room_that_was_never_on_air(stage: Stage) -> None:
    told = {"clock": "room", "lines": [{"text": "来看一号链接", "end_ms": 2000}]}
    answer = await stage.host.post(f"/api/rooms/{stage.room_id}/transcript", json=told)
    assert answer.status_code == 422, answer.text
    assert answer.json()["params"]["reason"] == "not_started"
