"""A program that hears the host tells the room what was said, by the open API."""

from typing import Any
from uuid import uuid4

import httpx
from tests.conftest import SignUp
from tests.live.stage import Stage
from tests.modules.apps.dance import make_app_token
from tests.modules.surfacing.room import Room

from xiaodian.kit.clock import utc_now

PITCH = "来家人们咱们现在看二号链接五常大米"
VTT = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n来看一号链接\n"
STEERS = ("rooms:read", "rooms:write")


def _open(room: Room, rest: str) -> str:
    return f"/open/v1/rooms/{room.stage.room_id}/{rest}"


async def _let_in(stage: Stage, client: httpx.AsyncClient, *scopes: str) -> dict[str, str]:
    token = await make_app_token(stage.host, stage.shop_id, scopes, client)
    return {"authorization": f"Bearer {token}"}


def _told(text: str, **more: Any) -> dict[str, Any]:
    return {"lines": [{"text": text, "end_at": utc_now().isoformat(), "line_id": "asr-1", **more}]}


async def _kept(room: Room) -> list[str]:
    async with room.stage.ctx.database.connection() as connection:
        return [row["text"] for row in await connection.fetch("SELECT text FROM surfacing.caption ORDER BY caption_no")]


async def test_a_program_chooses_the_mode_tells_what_is_said_and_the_card_comes_up(
    room: Room, client: httpx.AsyncClient
) -> None:
    program = await _let_in(room.stage, client, *STEERS)
    chosen = await client.put(_open(room, "surfacing"), json={"mode": "auto"}, headers=program)
    assert (chosen.status_code, chosen.json()["mode"]) == (200, "auto"), chosen.text
    await room.work()
    await room.held()
    told = _told(PITCH)
    first = await client.post(_open(room, "transcript"), json=told, headers=program)
    assert first.json() == {"taken": 1, "known": 0}
    again = await client.post(_open(room, "transcript"), json=told, headers=program)
    assert again.json() == {"taken": 0, "known": 1}
    featured = await room.until_featured(1)
    assert featured[0].product_id == room.stage.products[1].product_id
    seen = (await client.get(_open(room, "surfacing"), headers=program)).json()
    assert (seen["mode"], seen["suggestion"]) == ("auto", None)
    assert seen["heard_at"] is not None
    assert len(await room.featured()) == 1


async def test_a_program_may_send_a_file_of_captions(room: Room, client: httpx.AsyncClient) -> None:
    program = await _let_in(room.stage, client, *STEERS)
    sent = await client.post(
        _open(room, "transcript"), content=VTT, headers={**program, "content-type": "text/vtt; charset=utf-8"}
    )
    assert sent.json() == {"taken": 1, "known": 0}
    assert await _kept(room) == ["来看一号链接"]


async def test_a_line_of_another_time_is_refused_by_the_name_the_program_gave_it(
    room: Room, client: httpx.AsyncClient
) -> None:
    program = await _let_in(room.stage, client, *STEERS)
    early = await client.post(
        _open(room, "transcript"), json=_told("早于开播", end_at="2001-01-01T00:00:00Z"), headers=program
    )
    assert early.status_code == 422
    assert early.json()["field"] == "lines[0].end_at"
    assert await _kept(room) == []


async def test_who_may_not_steer_the_room_neither_speaks_in_it_nor_chooses(
    room: Room, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    stranger, _ = await sign_up("隔壁")
    shop = await stranger.post("/api/shops", json={"name": f"隔壁小店 {uuid4().hex[:6]}"})
    token = await make_app_token(stranger, shop.json()["shop_id"], STEERS, client)
    other_shop = {"authorization": f"Bearer {token}"}
    only_reads = await _let_in(room.stage, client, "rooms:read")
    for program, status in ((other_shop, 404), (only_reads, 403)):
        said = await client.post(_open(room, "transcript"), json=_told(PITCH), headers=program)
        chosen = await client.put(_open(room, "surfacing"), json={"mode": "auto"}, headers=program)
        assert (said.status_code, chosen.status_code) == (status, status)
    assert await _kept(room) == []
    assert (await room.see())["mode"] == "manual"
