"""Fans follow creators."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
from tests.conftest import SignUp

from xiaodian.infra.database import Database
from xiaodian.modules.content.rules import FOLLOWS_PER_MINUTE


async def _card(client: httpx.AsyncClient, creator_id: Any) -> tuple[int, bool]:
    card = (await client.get(f"/api/creators/{creator_id}")).json()
    return card["fans"], card["is_followed"]


async def test_following_counts_once_however_often_it_is_pressed(
    sign_up: SignUp, client: httpx.AsyncClient, database: Database
) -> None:
    _, creator_id = await sign_up("主播")
    fan, _ = await sign_up()
    path = f"/api/creators/{creator_id}/follow"
    answers = await asyncio.gather(*(fan.put(path) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [204] * 5
    assert await _card(fan, creator_id) == (1, True)
    assert await _card(client, creator_id) == (1, False)
    for _ in range(2):
        assert (await fan.delete(path)).status_code == 204
    assert await _card(fan, creator_id) == (0, False)
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT subject FROM infra.outbox WHERE subject LIKE '%ollowed' ORDER BY id")
    assert [row["subject"] for row in rows] == ["event.CreatorFollowed", "event.CreatorUnfollowed"]


async def test_many_who_follow_and_leave_at_once_are_counted_right(sign_up: SignUp, database: Database) -> None:
    _, creator_id = await sign_up("主播")
    fans = [(await sign_up(f"粉{number}"))[0] for number in range(12)]
    path = f"/api/creators/{creator_id}/follow"
    await asyncio.gather(*(fan.put(path) for fan in fans))
    await asyncio.gather(*(fan.delete(path) for fan in fans[:5]), *(fan.put(path) for fan in fans[5:]))
    assert await _card(fans[-1], creator_id) == (7, True)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM content.follow") == 7


async def test_nobody_can_follow_themself(sign_up: SignUp) -> None:
    client, account_id = await sign_up()
    answer = await client.put(f"/api/creators/{account_id}/follow")
    assert (answer.status_code, answer.json()["params"]["reason"]) == (422, "oneself")
    assert await _card(client, account_id) == (0, False)


async def test_nobody_can_follow_who_does_not_exist(sign_up: SignUp, database: Database) -> None:
    client, _ = await sign_up()
    assert (await client.put(f"/api/creators/{UUID(int=7)}/follow")).status_code == 404
    assert (await client.get(f"/api/creators/{UUID(int=7)}")).status_code == 404
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM content.follow") == 0


async def test_following_in_bulk_is_slowed_down(sign_up: SignUp) -> None:
    client, _ = await sign_up()
    _, creator_id = await sign_up("主播")
    path = f"/api/creators/{creator_id}/follow"
    most, codes = FOLLOWS_PER_MINUTE.burst, list[int]()
    while 429 not in codes and len(codes) < 10 * most:
        codes.append((await client.put(path)).status_code)
    assert (codes[-1], len(codes) > most) == (429, True)
    assert codes[:-1] == [204] * (len(codes) - 1)
