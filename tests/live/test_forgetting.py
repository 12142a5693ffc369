"""Who has their account erased is gone from what rooms keep and serve; what others said, and that one spoke, stays."""

import asyncio
from collections.abc import Callable, Sequence
from uuid import uuid4

import httpx
import msgspec
import pytest
from tests.live.audience import WAIT_S
from tests.live.stage import Stage, comment_of, publish
from tests.live.test_polling import frames_by_polling
from tests.live.test_room_logs import say_in_ticks

import xiaodian.modules.live.room_log as room_log_module
from xiaodian.contracts.accounts import AccountErased, AccountId
from xiaodian.contracts.live import (
    ClubBadge,
    ClubMoment,
    CommentMoment,
    CommentPinnedMoment,
    CommentRemovedMoment,
    Tick,
)
from xiaodian.edge.context import Context
from xiaodian.modules.insights.service.count_moments import count_moments
from xiaodian.modules.live.log_reader import all_kinds, open_reader
from xiaodian.modules.live.room_log import RingTick, forget_in_ticks
from xiaodian.modules.live.room_logs import RoomLogs
from xiaodian.modules.live.service.note_speakers import note_speakers
from xiaodian.modules.live.ticks import Slice, seal

SECRET = "我住在阳光小区三号楼"


async def erase(stage: Stage, account_id: AccountId) -> None:
    """What rooms do when they hear that somebody's account was erased."""
    await stage.happen("live-erased", AccountErased(account_id=account_id, ghosts=[]))


async def until(ctx: Context, is_so: Callable[[], bool]) -> None:
    """The other processes hear of it by the broker, which tells nobody when they have."""
    async with asyncio.timeout(WAIT_S):
        while not is_so():
            await ctx.broker.client.flush()


def names(moments: object, account_id: AccountId) -> bool:
    """Whether the account, or what it said, is anywhere in it."""
    return str(account_id) in repr(moments) or SECRET in repr(moments) or repr(SECRET.encode())[2:-1] in repr(moments)


def of_others(frames: Sequence[bytes], account_id: AccountId) -> list[str]:
    """What others said, by what is told of ticks."""
    moments = [moment for frame in frames for moment in msgspec.json.decode(frame, type=Tick).moments]
    return [each.text for each in moments if isinstance(each, CommentMoment) and each.account_id != account_id]


async def test_what_an_erased_fan_said_is_gone_from_the_log_for_good_and_what_others_said_is_there(
    stage: Stage, ctx: Context
) -> None:
    goes, stays = AccountId(uuid4()), AccountId(uuid4())
    said = [await stage.say(SECRET, by=goes) for _ in range(3)]
    other = await stage.say("好吃吗", by=stays)
    badge = ClubBadge(word="小丹", level=1, colour="leaf")
    told = ClubMoment(at_ms=said[0].at_ms, account_id=goes, name="小海", badge=badge, is_new=True)
    await publish(ctx.broker, stage.room_id, told)
    assert (await stage.host.put(f"{stage.control}/pinned", json={"comment_id": str(said[0].comment_id)})).is_success
    assert names(await stage.told(), goes)

    for _ in range(2):
        await erase(stage, goes)
        moments = await stage.told()
        assert not names(moments, goes)
        assert [each.text for each in moments if isinstance(each, CommentMoment)] == ["好吃吗"]
    removed = [each.comment_id for each in moments if isinstance(each, CommentRemovedMoment)]
    assert removed == [each.comment_id for each in said], "who watches drops it"
    last_pin = [each for each in moments if isinstance(each, CommentPinnedMoment)][-1]
    assert (last_pin.comment_id, last_pin.text) == (None, None)
    async with ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT account_id FROM live.speaker")
        pinned = await connection.fetchval("SELECT pinned_account_id FROM live.room WHERE room_id = $1", stage.room_id)
    assert {row["account_id"] for row in rows} == {stays}
    assert (other.account_id, pinned) == (stays, None)


async def test_a_replay_no_longer_shows_what_an_erased_fan_said_from_any_process_or_cache(
    stage: Stage, ctx: Context, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_log_module, "CHECKPOINT_EVERY_TICKS", 2)
    monkeypatch.setattr(room_log_module, "REPLAY_TICKS", 0)
    goes = AccountId(uuid4())
    logs = RoomLogs(ctx)
    log = await logs.get(stage.room_id)
    await say_in_ticks(stage, log, 2)
    await stage.say(SECRET, by=goes)
    await say_in_ticks(stage, log, 8)
    await note_speakers(ctx)
    first, last = min(each.tick for each in log._ring), log.sealed
    before = await frames_by_polling(client, stage, first, last, 40)
    assert names(before, goes)
    log.floor = last  # As if it had long fallen out of the ring: then the log itself is read, and kept for others.
    assert names(await logs.between(log, first, last), goes)

    await erase(stage, goes)
    await until(ctx, lambda: not names(log._ring, goes) and not logs._past)
    assert not names(await logs.between(log, first, last), goes)
    assert not names((log.snapshot, log._candidate, log.due_checkpoint), goes)
    after = await frames_by_polling(client, stage, first, last, 40)
    assert of_others(after, goes) == of_others(before, goes)
    snapshot = (await client.get(f"/live/{stage.room_id}/snapshot")).text
    assert not names(snapshot, goes)
    async with ctx.database.connection() as connection:
        kept = await connection.fetchval("SELECT snapshot FROM live.checkpoint WHERE room_id = $1", stage.room_id)
    assert kept is None or not names(bytes(kept), goes)
    fresh = RoomLogs(ctx)
    again = await fresh.get(stage.room_id)
    assert not names((again._ring, again.snapshot), goes)
    await fresh.close()
    await logs.close()


async def test_a_room_had_as_many_comments_before_as_after_one_who_spoke_was_erased(stage: Stage, ctx: Context) -> None:
    goes = AccountId(uuid4())
    for by in (goes, goes, None):
        await stage.say(SECRET, by=by)
    await count_moments(ctx)
    counted = await minutes(ctx)
    await erase(stage, goes)
    await stage.say("后来的")
    await count_moments(ctx)
    async with ctx.database.connection() as connection:
        await connection.execute("UPDATE insights.log_position SET last_seq = 0")
        await connection.execute("DELETE FROM insights.room_minute")
    await count_moments(ctx)
    assert sum(await minutes(ctx)) == sum(counted) + 1


async def minutes(ctx: Context) -> list[int]:
    """Comments by the minute, as the figures of rooms have them."""
    async with ctx.database.connection() as connection:
        rows = await connection.fetch("SELECT comments FROM insights.room_minute ORDER BY minute")
    return [row["comments"] for row in rows]


async def test_only_where_somebody_spoke_is_looked_when_they_are_erased(stage: Stage, ctx: Context) -> None:
    """Else forgetting one would mean to read all that was ever said."""
    goes = AccountId(uuid4())
    await stage.say(SECRET, by=goes)
    for number in range(20):
        await stage.say(str(number))
    await note_speakers(ctx)
    read: list[int] = []
    find_stored = ctx.broker.find_stored

    async def _find(stream: str, seq: int) -> object:
        read.append(seq)
        return await find_stored(stream, seq)

    ctx.broker.find_stored = _find  # type: ignore[method-assign,assignment]
    await erase(stage, goes)
    assert len(read) == 1


async def test_reading_a_log_ends_though_what_was_still_to_come_is_erased_meanwhile(
    stage: Stage, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiaodian.modules.live.log_reader.READ_BATCH", 1)
    goes = AccountId(uuid4())
    await stage.say("先说")
    for _ in range(2):
        await stage.say(SECRET, by=goes)
    async with open_reader(ctx.broker, all_kinds(stage.room_id), from_seq=1) as reader:
        found = []
        async for delivery in reader.deliveries():
            found.append(delivery.moment)
            if len(found) == 1:
                await erase(stage, goes)
    assert not names(found, goes)


def test_the_tick_in_which_only_an_erased_fan_spoke_is_no_tick_any_more() -> None:
    account_id = AccountId(uuid4())
    data = seal(Slice(4, 1, [comment_of(SECRET, account_id)])).data
    assert forget_in_ticks([RingTick(4, data)], account_id) == []
    assert forget_in_ticks([RingTick(4, data)], AccountId(uuid4())) == [RingTick(4, data)]
