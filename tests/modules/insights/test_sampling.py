"""Above the set rate fewer rows are kept, and nobody is counted less for it; members are kept whole; it is said so."""

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from tests.conftest import SignUp
from tests.modules.insights.observer import Observer, late_and_twice, viewer_of
from tests.modules.insights.test_videos import Screening
from tests.modules.insights.test_videos import screening as screening

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.insights import BehaviourKind
from xiaodian.modules.imports.api import list_noted
from xiaodian.modules.insights import api as insights
from xiaodian.modules.insights.wire import BehaviourItem

SAMPLED = ("seen", "entered", "watched", "left")


class Rush:
    """Many visitors of a film and of a room, with so many rows a second to be kept."""

    def __init__(self, observer: Observer, video_id: UUID, rows_per_s: int) -> None:
        settings = msgspec.structs.replace(observer.ctx.settings, behaviour_rows_per_s=rows_per_s)
        self._desk = insights.BehaviourDesk(msgspec.structs.replace(observer.ctx, settings=settings))
        self._observer, self._video_id, self._rng = observer, video_id, random.Random(7)

    async def come(self, visitors: int, account_id: AccountId | None = None) -> None:
        """So many, each of another browser."""
        for _ in range(visitors):
            viewer_id = UUID(int=self._rng.getrandbits(128))
            items = [
                BehaviourItem(kind=kind, video_id=self._video_id, media_at_ms=4_000 if kind in SAMPLED[2:] else None)
                for kind in map(BehaviourKind, (*SAMPLED, "bag_opened"))
            ]
            items += [BehaviourItem(kind=BehaviourKind.ENTERED, room_id=self._observer.stage.room_id)]
            await self._desk.report("network", viewer_id, account_id, items)

    async def count(self) -> list[Envelope]:
        """What was told is counted, some of it late and twice."""
        reports = await self._observer.reports()
        heard = late_and_twice(reports, self._rng)
        for start in range(0, len(heard), 7):
            await self._observer.take_reports(heard[start : start + 7])
        return reports

    async def weights(self) -> dict[str, list[int]]:
        """Of the rows kept of the film, by kind."""
        async with self._observer.ctx.database.connection() as connection:
            found = await connection.fetch(
                "SELECT kind, weight FROM insights.behaviour WHERE video_id = $1", self._video_id
            )
        return {kind: [row["weight"] for row in found if row["kind"] == kind] for kind in (*SAMPLED, "bag_opened")}


def rush_of(screening: Screening, rows_per_s: int) -> Rush:
    """Upon this film."""
    return Rush(screening.observer, screening.video_id, rows_per_s)


async def all_sums(screening: Screening) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every summary."""
    return await screening.observer.rows() | await screening.rows()


async def room_traffic(observer: Observer) -> dict[str, Any]:
    """What the host sees."""
    traffic: dict[str, Any] = (await observer.get(observer.stage.host))["metrics"]["traffic"]
    return traffic


async def test_in_a_rush_a_sample_is_kept_and_everybody_counts(screening: Screening) -> None:
    rush = rush_of(screening, rows_per_s=10)
    await rush.come(60)
    await rush.count()
    figures, traffic = await screening.metrics(), await room_traffic(screening.observer)
    assert (figures["seen"], figures["views"], figures["viewers"], figures["opened_bag"]) == (60, 60, 60, 60)
    assert sum(moment["left"] for moment in figures["moments"]) == 60
    assert (traffic["views"], traffic["viewers"]) == (60, 60)
    rows = await rush.weights()
    assert 0 < len(rows["entered"]) == len(rows["seen"]) == len(rows["left"]) < 60
    assert max(rows["entered"]) > 1
    assert rows["bag_opened"] == [1] * 60


async def test_the_figures_say_what_share_was_kept_and_nothing_if_it_was_all(screening: Screening) -> None:
    await rush_of(screening, rows_per_s=0).come(5)
    await screening.count()
    assert ((await screening.metrics())["sampled"], (await room_traffic(screening.observer))["sampled"]) == (None, None)
    rush = rush_of(screening, rows_per_s=1)
    await rush.come(60)
    await screening.count()
    assert 0 < (await screening.metrics())["sampled"] < 1
    assert 0 < (await room_traffic(screening.observer))["sampled"] < 1


async def test_what_members_do_is_kept_whole_however_many_come(screening: Screening, sign_up: SignUp) -> None:
    _, account_id = await sign_up("熟客")
    rush = rush_of(screening, rows_per_s=1)
    await rush.come(20)
    await rush.come(20, account_id)
    await rush.count()
    async with screening.cinema.ctx.database.connection() as connection:
        kept = await connection.fetch(
            "SELECT weight FROM insights.behaviour WHERE account_id = $1 AND kind = 'entered'", account_id
        )
    assert [row["weight"] for row in kept] == [1] * 40
    told = [viewer_of(each) for each in await screening.observer.reports()]
    assert {each.one_in for each in told if each.account_id is not None} == {1}


async def test_a_rebuild_changes_no_figure_of_what_was_sampled(screening: Screening) -> None:
    await rush_of(screening, rows_per_s=0).come(10)
    rush = rush_of(screening, rows_per_s=1)
    await rush.come(40)
    reports = await rush.count()
    counted = await all_sums(screening)
    assert (await screening.metrics())["views"] == 50
    await insights.rebuild(screening.cinema.ctx, list_noted)
    await screening.observer.read_on()
    assert await all_sums(screening) == counted
    await screening.observer.take_reports(reports)
    assert await all_sums(screening) == counted


async def test_what_was_not_sampled_is_made_anew_beside_what_was(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    other = await screening.cinema.publish(screening.creator)
    await rush_of(screening, rows_per_s=1).come(30)
    await screening.tell(client, screening.deed("entered", video_id=str(other)), viewer_id=uuid4())
    await screening.count()
    counted = await screening.rows()
    async with screening.cinema.ctx.database.transaction() as connection:
        await connection.execute("UPDATE insights.video_visit SET views = views + 7 WHERE video_id = $1", other)
    await insights.rebuild(screening.cinema.ctx, list_noted)
    assert await screening.rows() == counted


@pytest.mark.parametrize("one_in", [1, 8])
async def test_a_report_counts_once_within_a_batch_and_across_them(screening: Screening, one_in: int) -> None:
    await rush_of(screening, rows_per_s=0).come(12)
    reports = _sampled(await screening.observer.reports(), one_in)
    await screening.observer.take_reports([*reports, *reports[:5]])
    await screening.observer.take_reports(reports)
    figures = await screening.metrics()
    assert (figures["views"], figures["opened_bag"]) == (12, 12)


def _sampled(reports: Sequence[Envelope], one_in: int) -> list[Envelope]:
    told = [msgspec.structs.replace(viewer_of(each), one_in=one_in) for each in reports]
    return [
        msgspec.structs.replace(envelope, data=msgspec.Raw(msgspec.json.encode(event)))
        for envelope, event in zip(reports, told, strict=True)
    ]
