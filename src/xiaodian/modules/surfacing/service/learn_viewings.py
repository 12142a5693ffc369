"""What viewers of short videos do is added to what is known of each viewing, and to the sums that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId, VideoInfo
from xiaodian.contracts.insights import BehaviourKind, BehaviourReported
from xiaodian.contracts.orders import OrderId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.content import api as content
from xiaodian.modules.orders import api as orders
from xiaodian.modules.surfacing.learning.viewing import (
    NEVER,
    SECOND_MS,
    SLOT_MS,
    Count,
    CountKey,
    Mark,
    Quiet,
    Viewing,
    count,
    difference,
    join,
)

LOCK = 7_142_397
UNKNOWN_SECOND = -1
ViewingKey = tuple[VideoId, UUID]

_decode_reported = msgspec.json.Decoder(BehaviourReported).decode


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """A viewing as bytes."""

    furthest_ms: int
    left_ms: int
    shown: list[tuple[ProductId, int, int]]
    clicked: list[tuple[ProductId, int]]
    bought: list[tuple[ProductId, int, int]]


_decode_stored = msgspec.json.Decoder(_Stored).decode
_encode = msgspec.json.Encoder().encode


async def learn_reports(connection: Connection, envelopes: Sequence[Envelope]) -> None:
    """What pages told, in the caller's transaction. What is told of things that no video shows is dropped."""
    told: list[tuple[ViewingKey, ProductId | None, Viewing]] = []
    for envelope in envelopes:
        report = _decode_reported(envelope.data)
        for item in report.items:
            if item.video_id is not None:
                key = item.video_id, report.account_id or report.viewer_id
                told += _hear(key, item.kind, item.product_id, item.media_at_ms, item.at_ms)
    await learn(connection, told)


async def learn_orders(connection: Connection, order_ids: Sequence[OrderId]) -> None:
    """What was paid for; looked up afresh, so that a rebuild learns the same."""
    found = await orders.find_orders(connection, order_ids)
    told: list[tuple[ViewingKey, ProductId | None, Viewing]] = []
    for order in found.values():
        for line in order.lines if order.paid_at is not None else []:
            if line.video_id is not None and order.paid_at is not None:
                second = UNKNOWN_SECOND if line.video_at_ms is None else line.video_at_ms // SECOND_MS
                bought = {Mark(line.product_id, second): to_epoch_ms(order.paid_at) // SLOT_MS}
                told.append(((line.video_id, order.buyer_id), line.product_id, Viewing(bought=bought)))
    await learn(connection, told)


async def learn(connection: Connection, told: Iterable[tuple[ViewingKey, ProductId | None, Viewing]]) -> None:
    """Words of viewings, each with the product it is about, in the caller's transaction."""
    words = list(told)
    videos = await content.get_videos(connection, {key[0] for key, _, _ in words}) if words else {}
    fresh: dict[ViewingKey, Viewing] = {}
    for key, product_id, word in words:
        video = videos.get(key[0])
        if video is None or not video.published_at or not video.product_ids:
            continue
        if product_id is None or product_id in video.product_ids:
            fresh[key] = join(fresh[key], word) if key in fresh else word
    if fresh:
        await _add(connection, fresh, videos)


def hear_act(
    video_id: VideoId, person_id: UUID, kind: str, product_id: ProductId | None, media_ms: int | None, at_ms: int
) -> list[tuple[ViewingKey, ProductId | None, Viewing]]:
    """The word of one act, as insights keeps it."""
    return _hear((video_id, person_id), kind, product_id, media_ms, at_ms)


def _hear(
    key: ViewingKey, kind: str, product_id: ProductId | None, media_ms: int | None, at_ms: int
) -> list[tuple[ViewingKey, ProductId | None, Viewing]]:
    if kind == BehaviourKind.ENTERED:
        return [(key, None, Viewing())]
    if media_ms is None:
        return []
    media_ms = min(media_ms, NEVER - 1)
    if kind == BehaviourKind.LEFT:
        return [(key, None, Viewing(furthest_ms=media_ms, left_ms=media_ms))]
    if kind == BehaviourKind.WATCHED:
        return [(key, None, Viewing(furthest_ms=media_ms))]
    if product_id is None:
        return []
    mark = Mark(product_id, media_ms // SECOND_MS)
    if kind == BehaviourKind.CARD_SHOWN:
        return [(key, product_id, Viewing(furthest_ms=media_ms, shown={mark: at_ms // SLOT_MS}))]
    if kind == BehaviourKind.CARD_CLICKED:
        return [(key, product_id, Viewing(furthest_ms=media_ms, clicked=frozenset([mark])))]
    return []


async def _add(
    connection: Connection, fresh: Mapping[ViewingKey, Viewing], videos: Mapping[VideoId, VideoInfo]
) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    rows = await connection.fetch(
        """
        SELECT video_id, person_id, known FROM surfacing.viewing
        WHERE (video_id, person_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [video_id for video_id, _ in fresh],
        [person_id for _, person_id in fresh],
    )
    known: dict[ViewingKey, Viewing] = {(row[0], row[1]): _load(row[2]) for row in rows}
    changed: dict[ViewingKey, Viewing] = {}
    moments: dict[tuple[VideoId, CountKey], list[int]] = {}
    seconds: dict[tuple[VideoId, int], list[int]] = {}
    for key, word in fresh.items():
        before = known.get(key)
        after = word if before is None else join(before, word)
        if after == before:
            continue
        changed[key] = after
        duration_ms = videos[key[0]].duration_ms
        more = count(after, duration_ms)
        if before is not None:
            more = difference(more, count(before, duration_ms))
        for moment, counted in more.moments.items():
            _sum(moments.setdefault((key[0], moment), [0] * len(Count._fields)), counted)
        for second, quiet in more.seconds.items():
            _sum(seconds.setdefault((key[0], second), [0] * len(Quiet._fields)), quiet)
    if changed:
        await _save(connection, changed, moments, seconds)


async def _save(
    connection: Connection,
    viewings: Mapping[ViewingKey, Viewing],
    moments: Mapping[tuple[VideoId, CountKey], Sequence[int]],
    seconds: Mapping[tuple[VideoId, int], Sequence[int]],
) -> None:
    await connection.execute(
        """
        INSERT INTO surfacing.viewing (video_id, person_id, known)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[])
        ON CONFLICT (video_id, person_id) DO UPDATE SET known = excluded.known
        """,
        [video_id for video_id, _ in viewings],
        [person_id for _, person_id in viewings],
        [_store(each) for each in viewings.values()],
    )
    told = sorted((video_id, *key, *sums) for (video_id, key), sums in moments.items() if any(sums))
    await connection.executemany(
        """
        INSERT INTO surfacing.moment_count AS sums
            (video_id, product_id, second, slot, shown, clicked, ordered, driven_off)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (video_id, product_id, second, slot) DO UPDATE SET
            shown = sums.shown + excluded.shown, clicked = sums.clicked + excluded.clicked,
            ordered = sums.ordered + excluded.ordered, driven_off = sums.driven_off + excluded.driven_off
        """,
        told,
    )
    await connection.executemany(
        """
        INSERT INTO surfacing.quiet_second AS sums (video_id, second, came, went, gone)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (video_id, second) DO UPDATE SET
            came = sums.came + excluded.came, went = sums.went + excluded.went, gone = sums.gone + excluded.gone
        """,
        sorted((*key, *sums) for key, sums in seconds.items() if any(sums)),
    )
    await mark_stale(connection, sorted({video_id for video_id, _ in viewings}))


async def mark_stale(connection: Connection, video_ids: Sequence[VideoId], *, is_unread: bool = False) -> None:
    """These videos are to be weighed anew, and to be read first."""
    await connection.execute(
        """
        INSERT INTO surfacing.film AS film (video_id, is_unread) SELECT told, true FROM unnest($1::uuid[]) AS told
        ON CONFLICT (video_id) DO UPDATE SET is_stale = true, is_unread = film.is_unread OR $2
        """,
        list(video_ids),
        is_unread,
    )


def _sum(sums: list[int], more: Sequence[int]) -> None:
    for column, value in enumerate(more):
        sums[column] += value


def _load(stored: bytes) -> Viewing:
    told = _decode_stored(stored)
    return Viewing(
        furthest_ms=told.furthest_ms,
        left_ms=told.left_ms,
        shown={Mark(product_id, second): slot for product_id, second, slot in told.shown},
        clicked=frozenset(Mark(*each) for each in told.clicked),
        bought={Mark(product_id, second): slot for product_id, second, slot in told.bought},
    )


def _store(viewing: Viewing) -> bytes:
    return _encode(
        _Stored(
            viewing.furthest_ms,
            viewing.left_ms,
            sorted((*mark, slot) for mark, slot in viewing.shown.items()),
            sorted((mark.product_id, mark.second) for mark in viewing.clicked),
            sorted((*mark, slot) for mark, slot in viewing.bought.items()),
        )
    )
