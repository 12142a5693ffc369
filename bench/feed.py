"""The feed on this machine: pages for many viewers, and views of one film counted, over real HTTP with durable commits.

    python bench/feed.py [--quick] [--videos N] [--accounts N] [--rooms N] [--seconds N] [--connections N]

Starts embedded PostgreSQL (fsync on) and NATS, one HTTP process and one worker, and writes a million videos of 20,000
creators, a hundred thousand accounts with what they follow, like and have seen, and 2,000 rooms on air straight into
the tables (--quick: 50,000 videos, 10,000 accounts, 500 rooms). The load generator shares the machine.

feed_page_p99_ms     time to a page of 10; visits of five pages: 70 % of viewers signed in, 15 % not, 15 % 关注
feed_page_p50_ms     the same, of half of the pages
feed_page_cpu_us     CPU time of HTTP process and PostgreSQL for one page
feed_pages_per_s     pages a second
recompute_s          to reckon the scores of 100,000 videos anew (--quick: all of them)
views_per_s          views of one film, from the first report sent to the last view counted; twelve a report (a page
                     that plays the film again and again), each view told as seen, began to play, watched and left
view_cpu_us          CPU time of HTTP process, worker and PostgreSQL for one of these views, raw rows and all figures
single_views_per_s   the same with one view a report, each by another browser: all of them count in public
sampled_views_per_s  the same, twelve a report, where more rows come than the rate that is set as it comes
sampled_rows_percent rows that were kept then; all views are counted all the same
likes_per_s          likes of one film, given and taken back by 2,000 viewers in turn, from the first sent to the last
                     counted in public
like_cpu_us          CPU time of HTTP process, worker and PostgreSQL for one of them
like_errors          viewers who like the film in the end less what its public counter says; must be 0
view_errors          views sent less views counted, with the figures of browsers, kept rows and seconds, and browsers
                     less the film's public counter, which counts a browser once an hour; must be 0

A view is four items of a report, and all are kept as rows but in the part that samples. A part is over when its
figures and the public counter have all of it.
"""

import argparse
import asyncio
import re
import sys
import tempfile
import time
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import psutil
import uvloop

sys.path.append(str(Path(__file__).parents[1]))  # So that `bench` is found when this is run by its path.

from bench.feed_likes import Likers
from bench.feed_town import VIEWS_BEFORE, Town, seed_town
from bench.festival import Meter

from xiaodian.cli.platform import Platform
from xiaodian.cli.rush.load import Request, Tally, load
from xiaodian.edge.context import Records
from xiaodian.infra.database import Database
from xiaodian.infra.logging import configure_logging
from xiaodian.modules.feed.service.score_videos import score_videos
from xiaodian.settings import Settings

PAGES_A_VISIT = 5
VIEWS_A_REPORT = 12
ITEMS_A_VIEW = 4
SMALL_TOWN = 5_000
PLENTY = 1_000_000_000
COUNTED_WITHIN_S = 300
_CURSOR = re.compile(rb'"next_cursor":"([^"]+)"')


class Visitor:
    """A viewer on the way through a visit."""

    def __init__(self, number: int, cookie: str | None) -> None:
        self.tab = "following" if cookie is not None and number % 6 == 5 else "discover"
        self._cookie = f"cookie: {cookie}\r\n" if cookie else ""
        self.pages = 0
        self._cursor = ""

    def request(self) -> bytes:
        """The next page."""
        cursor = f"&cursor={self._cursor}" if self._cursor else ""
        return f"GET /api/feed?tab={self.tab}{cursor} HTTP/1.1\r\nhost: localhost\r\n{self._cookie}\r\n".encode()

    def take(self, body: bytes) -> None:
        """A page came."""
        found = _CURSOR.search(body[-6000:])
        self.pages += 1
        is_over = found is None or self.pages >= PAGES_A_VISIT
        self.pages, self._cursor = (0, "") if is_over or found is None else (self.pages, found[1].decode())


class Visits(Tally):
    """Visitors who look at pages until their time is over; both ends of the load."""

    def __init__(self, town: Town, until: float) -> None:
        super().__init__()
        self._until = until
        self._visitors = [
            Visitor(number, None if number % 7 == 6 else cookie) for number, cookie in enumerate(town.cookies)
        ]
        self._waiting = deque(range(len(self._visitors)))

    def __call__(self) -> Request | None:
        """The next one; None: it is over."""
        if time.perf_counter() >= self._until:
            return None
        number = self._waiting.popleft()
        return Request(number, self._visitors[number].request())

    def add(self, name: int, status: int, body: bytes, seconds: float) -> None:
        """One page."""
        super().add(name, status, body, seconds)
        self._visitors[name].take(body)
        self._waiting.appendleft(name) if self._visitors[name].pages else self._waiting.append(name)


class Reports:
    """Reports of pages on which one film was watched."""

    def __init__(self, film_id: UUID, views: int, until: float) -> None:
        self._until = until
        self.views, self.sent = views, 0
        of = {"video_id": str(film_id)}
        watched: dict[str, Any] = {"kind": "watched", "watch_s": 8, "media_at_ms": 8_000}
        items: list[dict[str, Any]] = [
            {"kind": "seen"},
            {"kind": "entered"},
            watched,
            {"kind": "left", "media_at_ms": 8_000},
        ] * views
        body = msgspec.json.encode({"viewer_id": "@", "items": [item | of for item in items]})
        self._before, _, self._after = body.partition(b"@")
        head = "POST /api/behaviour HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        self._head = f"{head}content-length: {len(body) + 35}\r\n\r\n".encode()

    def __call__(self) -> Request | None:
        """The next one, of another browser; None: it is over."""
        if time.perf_counter() >= self._until:
            return None
        self.sent += self.views
        return Request(0, self._head + self._before + str(uuid4()).encode() + self._after)


class FeedBench:
    """One run: the platform, the town, and what came of each part."""

    def __init__(self, platform: Platform, database: "asyncpg.Connection[Any]", options: argparse.Namespace) -> None:
        self._settings = platform.settings
        self._port = platform.settings.http_port
        self._database = database
        self._options = options
        postmaster = int((platform.settings.data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        self._app, self._postgres = psutil.Process(platform.children["http"].pid), psutil.Process(postmaster)
        self._worker = psutil.Process(platform.children["worker"].pid)
        self._sent = self._browsers = 0
        self.figures: dict[str, str | int] = {}

    async def run(self) -> None:
        """All parts, in order."""
        options = self._options
        town = await seed_town(self._database, videos=options.videos, accounts=options.accounts, rooms=options.rooms)
        await self._measure_pages(town)
        await self._recompute()
        await self._measure_views(town.film_id, VIEWS_A_REPORT, "")
        await self._measure_views(town.film_id, 1, "single_")
        await self._check(town.film_id)
        await self._measure_likes(town)

    async def run_sampled(self) -> None:
        """The part in which more rows come than are kept."""
        town = await seed_town(self._database, videos=SMALL_TOWN, accounts=SMALL_TOWN, rooms=1)
        await self._measure_views(town.film_id, VIEWS_A_REPORT, "sampled_")
        rows = await self._database.fetchval("SELECT count(*) FROM insights.behaviour")
        self.figures["sampled_rows_percent"] = f"{rows / self._sent / ITEMS_A_VIEW * 100:.1f} %"
        self.figures["view_errors"] = await self._count_errors(town.film_id)

    async def _measure_pages(self, town: Town) -> None:
        for seconds in (2.0, self._options.seconds):
            visits = Visits(town, time.perf_counter() + seconds)
            meter = Meter(self._app, self._postgres)
            await load([self._port], self._options.connections, visits, visits)
            if set(visits.statuses) != {200} or visits.cut:
                raise SystemExit(f"not every page came: {dict(visits.statuses)}, {visits.cut} cut off")
            gone, app, postgres, _ = meter.read()
        pages = visits.statuses[200]
        self.figures |= {
            "feed_page_p99_ms": f"{visits.percentile_ms(0.99):.1f} ms",
            "feed_page_p50_ms": f"{visits.percentile_ms(0.5):.1f} ms",
            "feed_page_cpu_us": f"{(app + postgres) / pages * 1e6:.0f} us",
            "feed_pages_per_s": f"{pages / gone:.0f} pages/s",
        }

    async def _recompute(self) -> None:
        database = await Database.connect(self._settings.database_url, pool_size=2)
        await self._database.execute(
            "UPDATE feed.video SET is_stale = true WHERE video_id IN (SELECT video_id FROM feed.video LIMIT 100000)"
        )
        started = time.perf_counter()
        await score_videos(Records(settings=self._settings, database=database))
        await _until(self._is_scored, 0.05)
        self.figures["recompute_s"] = f"{time.perf_counter() - started:.1f} s"
        await database.close()

    async def _measure_views(self, film_id: UUID, views: int, prefix: str) -> None:
        started = time.perf_counter()
        reports, tally = Reports(film_id, views, started + self._options.seconds), Tally()
        meter, worker = Meter(self._app, self._postgres), sum(self._worker.cpu_times()[:2])
        before = await self._counted(film_id)
        await load([self._port], self._options.connections * 4, reports, tally)
        if set(tally.statuses) != {204} or tally.cut:
            raise SystemExit(f"not every report was taken: {dict(tally.statuses)}, {tally.cut} cut off")

        self._sent += reports.sent
        self._browsers += reports.sent // views

        async def _is_counted() -> bool:
            is_public = await self._counted_in_public(film_id) >= self._browsers
            return is_public and await self._counted(film_id) >= before + reports.sent

        await _until(_is_counted, 0.02)
        gone, app, postgres, _ = meter.read()
        worker = sum(self._worker.cpu_times()[:2]) - worker
        self.figures[f"{prefix}views_per_s"] = f"{reports.sent / gone:.0f} views/s"
        if not prefix:
            self.figures["view_cpu_us"] = f"{(app + postgres + worker) / reports.sent * 1e6:.1f} us"

    async def _measure_likes(self, town: Town) -> None:
        before = await self._likes(town.film_id)
        started = time.perf_counter()
        likers = Likers(town.cookies, town.film_id, started + self._options.seconds)
        meter, worker = Meter(self._app, self._postgres), sum(self._worker.cpu_times()[:2])
        await load([self._port], self._options.connections * 16, likers, likers)
        if set(likers.statuses) != {204} or likers.cut:
            raise SystemExit(f"not every like was taken: {dict(likers.statuses)}, {likers.cut} cut off")

        async def _is_counted() -> bool:
            return await self._likes(town.film_id) == before + likers.liking and not await self._uncounted()

        await _until(_is_counted, 0.02)
        gone, app, postgres, _ = meter.read()
        worker = sum(self._worker.cpu_times()[:2]) - worker
        self.figures |= {
            "likes_per_s": f"{likers.sent / gone:.0f} likes/s",
            "like_cpu_us": f"{(app + postgres + worker) / likers.sent * 1e6:.0f} us",
            "like_errors": await self._likes(town.film_id) - before - likers.liking,
        }

    async def _likes(self, film_id: UUID) -> int:
        likes = await self._database.fetchval("SELECT sum(likes) FROM content.video_count WHERE video_id = $1", film_id)
        return int(likes)

    async def _uncounted(self) -> int:
        rows = await self._database.fetchval("SELECT count(*) FROM content.video_like WHERE is_liked <> is_counted")
        return int(rows)

    async def _is_scored(self) -> bool:
        return not await self._database.fetchval("SELECT EXISTS (SELECT FROM feed.video WHERE is_stale)")

    async def _counted(self, film_id: UUID) -> int:
        return int(await self._database.fetchval("SELECT views FROM insights.video_visit WHERE video_id = $1", film_id))

    async def _counted_in_public(self, film_id: UUID) -> int:
        views = await self._database.fetchval("SELECT sum(views) FROM content.video_count WHERE video_id = $1", film_id)
        return int(views) - VIEWS_BEFORE

    async def _check(self, film_id: UUID) -> None:
        """By all ways of counting: each must have all that was sent, and no more."""
        rows = await self._database.fetchval(
            "SELECT count(*) FROM insights.behaviour WHERE video_id = $1 AND kind = 'entered'", film_id
        )
        self.figures["view_errors"] = await self._count_errors(film_id) + abs(rows - self._sent)

    async def _count_errors(self, film_id: UUID) -> int:
        [[browsers, visits]] = await self._database.fetch(
            "SELECT count(*), sum(visits) FROM insights.video_viewer WHERE video_id = $1", film_id
        )
        [[ended, left]] = await self._database.fetch(
            "SELECT sum(ended), sum(times_left) FROM insights.video_second WHERE video_id = $1", film_id
        )
        faults = abs(visits - self._sent) + abs(left - self._sent)
        faults += abs(await self._counted_in_public(film_id) - self._browsers)
        return int(faults + abs(browsers - self._browsers) + abs(ended - self._browsers))


async def _until(is_so: Callable[[], Awaitable[bool]], look_every_s: float) -> None:
    async with asyncio.timeout(COUNTED_WITHIN_S):
        while True:
            if await is_so():
                return
            await asyncio.sleep(look_every_s)


async def run(options: argparse.Namespace) -> dict[str, str | int]:
    """All parts, of two platforms: one that keeps every row, one as it comes."""
    figures = await _run(options, FeedBench.run, behaviour_rows_per_s=0)
    sampled = await _run(options, FeedBench.run_sampled)
    errors = int(figures.pop("view_errors")) + int(sampled.pop("view_errors"))
    return figures | sampled | {"view_errors": errors}


async def _run(
    options: argparse.Namespace, part: Callable[[FeedBench], Awaitable[None]], **more: Any
) -> dict[str, str | int]:
    """Start everything, measure, stop everything."""
    with tempfile.TemporaryDirectory(prefix="xd") as folder:
        settings = Settings(
            data_dir=Path(folder),
            host="127.0.0.1",
            http_port=0,
            worker_port=0,
            gateway_port=0,
            rtmp_port=0,
            publisher_port=0,
            behaviour_reports_per_minute=PLENTY,
            log_level="warning",
            **more,
        )
        async with Platform(settings, ("http", "worker")) as platform:
            database = await asyncpg.connect(platform.settings.database_url)
            bench = FeedBench(platform, database, options)
            await part(bench)
            await database.close()
    return bench.figures


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="50,000 videos, 10,000 accounts, each part for 3 s")
    parser.add_argument("--videos", type=int, default=0)
    parser.add_argument("--accounts", type=int, default=0)
    parser.add_argument("--rooms", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0, help="measure each part for so long")
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    options.videos = options.videos or (50_000 if options.quick else 1_000_000)
    options.accounts = options.accounts or (10_000 if options.quick else 100_000)
    options.rooms = options.rooms or (500 if options.quick else 2_000)
    options.seconds = options.seconds or (3.0 if options.quick else 10.0)
    configure_logging(level="warning", log_format="console", process="bench")
    for name, value in uvloop.run(run(options)).items():
        print(f"{name}: {value}", flush=True)


if __name__ == "__main__":
    main()
