"""Creators, videos, rooms and viewers for the benchmark of the feed, written straight into the tables by sets."""

from typing import NamedTuple
from uuid import UUID

from xiaodian.cli.rush.town import seed_buyers
from xiaodian.infra.database import Connection

SIGNED_IN = 2_000
TOPICS = 5_000
VIEWS_BEFORE = 100
"""In the public counter of every film."""
CHUNK = 100_000


class Town(NamedTuple):
    """Cookies of viewers who are signed in, and the film that everybody watches."""

    cookies: list[str]
    film_id: UUID


_ACCOUNTS = """
    INSERT INTO accounts.account (account_id, sign_in, password_hash, display_name)
    SELECT uuidv7(), 'v' || n || '@example.com', '-', '观众' || n FROM generate_series(1, $1::int) AS n
"""
_PEOPLE = """
    CREATE TEMP TABLE bench_person AS
    SELECT account_id, (row_number() OVER ())::int - 1 AS number FROM accounts.account
"""
# Few creators make most of the films, and few topics have most of them; each film is up to 60 days old.
_VIDEOS = """
    CREATE TEMP TABLE bench_video AS
    SELECT uuidv7(made.published_at - now()) AS video_id, account_id AS creator_id, published_at,
        'topic:话题' || (power(one, 3) * $2)::int AS one, 'topic:话题' || (power(other, 3) * $2)::int AS other
    FROM (
        SELECT (power(random(), 3) * $3)::int AS number, now() - random() * interval '60 days' AS published_at,
            random() AS one, random() AS other
        FROM generate_series(1, $1::int)
    ) AS made JOIN bench_person USING (number)
"""
_CONTENT = """
    INSERT INTO content.video (video_id, creator_id, vod_id, state, title, topics, cover_url, width, height,
        duration_ms, published_at)
    SELECT video_id, creator_id, uuidv7(), 'published', '今天的草莓', ARRAY [substr(one, 7), substr(other, 7)],
        '/media/pictures/a.webp', 720, 1280, 20000, published_at FROM bench_video
"""
_COUNTS = """
    INSERT INTO content.video_count (video_id, slot, views, likes, comments)
    SELECT video_id, 0, $1, 10, 1 FROM bench_video
"""
_VISITS = """
    INSERT INTO insights.video_visit
    SELECT video_id, views, views * 10, (views * random() * 20000)::bigint, views, views, 0, 0, 0, 0, 0
    FROM (SELECT video_id, (power(random(), 8) * 5000)::bigint AS views FROM bench_video) AS drawn
"""
_FEED = """
    INSERT INTO feed.video (video_id, creator_id, subjects, duration_ms, published_at, is_shown, is_exploring, is_stale,
        score, seen)
    SELECT video_id, creator_id, ARRAY [one, other], 20000, published_at, true,
        published_at > now() - interval '14 days' AND random() < 0.2, false,
        extract(epoch FROM published_at - '2026-01-01Z') / 432000 - 2 + 3 * random(), (random() * 200)::int
    FROM bench_video
"""
_SUBJECTS = """
    INSERT INTO feed.subject_video (video_id, subject, score)
    SELECT video_id, subject, score FROM feed.video, unnest(subjects) AS subject ON CONFLICT DO NOTHING
"""
_FOLLOWS = """
    INSERT INTO content.follow (creator_id, fan_id)
    SELECT creator.account_id, fan.account_id
    FROM bench_person AS fan, LATERAL (
        SELECT (power(random(), 3) * $1)::int AS number FROM generate_series(1, 10 + fan.number * 0)
    ) AS wanted JOIN bench_person AS creator USING (number)
    WHERE creator.account_id <> fan.account_id ON CONFLICT DO NOTHING
"""
_TASTES = """
    INSERT INTO feed.taste (account_id, subject, weight)
    SELECT account_id, 'topic:话题' || (power(random(), 3) * $1)::int, random() * 5 * 2 ^ $2::float8
    FROM bench_person, generate_series(1, 20 + number * 0) ON CONFLICT DO NOTHING
"""
_ENCOUNTERS = """
    INSERT INTO feed.encounter (account_id, place_id, creator_id, subjects, at, through_percent, deeds)
    SELECT account_id, video_id, creator_id, '{}', now() - random() * interval '20 days', 50, 3
    FROM bench_person, LATERAL (
        SELECT video_id, creator_id FROM feed.video WHERE is_shown ORDER BY score DESC LIMIT 300 + number * 0
    ) AS best
    WHERE number < $1 AND random() < 0.5 ON CONFLICT DO NOTHING
"""
_ROOMS = """
    INSERT INTO live.room (room_id, host_id, stream_id, title, state, created_at, started_at, online, online_at)
    SELECT uuidv7(), account_id, uuidv7(), '直播', 'on_air', now(), now() - random() * interval '2 hours',
        (power(random(), 5) * 20000)::int, now()
    FROM bench_person WHERE number < $1
"""
_SOLD = """
    INSERT INTO insights.room_sale_minute
    SELECT room_id, uuidv7(), date_trunc('minute', now()), 3, (random() * 20)::int, 3, 9000, 0 FROM live.room
    WHERE random() < 0.3
"""


async def seed_town(database: Connection, *, videos: int, accounts: int, rooms: int) -> Town:
    """So many of each."""
    viewers = await seed_buyers(database, SIGNED_IN)
    await database.execute(_ACCOUNTS, accounts - SIGNED_IN)
    await database.execute(_PEOPLE)
    await database.execute("CREATE UNIQUE INDEX ON bench_person (number)")
    await database.execute("ANALYZE bench_person")
    creators = accounts // 5
    await database.execute(_VIDEOS.replace("$1", str(videos)).replace("$2", str(TOPICS)).replace("$3", str(creators)))
    days = await database.fetchval("SELECT extract(epoch FROM now() - '2026-01-01Z')::float8 / 86400 / 30")
    for statement in (_CONTENT, _COUNTS.replace("$1", str(VIEWS_BEFORE)), _VISITS, _FEED, _SUBJECTS):
        await database.execute(statement, timeout=600)
    await database.execute(_FOLLOWS, creators, timeout=600)
    await database.execute(_TASTES, TOPICS, days, timeout=600)
    await database.execute(_ENCOUNTERS, SIGNED_IN, timeout=600)
    await database.execute(_ROOMS, rooms)
    await database.execute(_SOLD)
    await database.execute("VACUUM ANALYZE", timeout=600)
    film_id = await database.fetchval("SELECT video_id FROM feed.video ORDER BY score DESC LIMIT 1")
    return Town([viewer.cookie for viewer in viewers], film_id)
