"""What viewers of videos and replays do is added to what is known of each viewing, and to the sums that follow."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import BehaviourKind, Report, ReportedItem
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import Line, Order, OrderId
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.insights import api as insights
from xiaodian.modules.orders import api as orders
from xiaodian.modules.surfacing.learning.viewing import (
    DAY_MS,
    MAX_SHOWINGS,
    NEVER,
    SECOND_MS,
    SLOT_MS,
    SOMEWHERE,
    UNKNOWN_SECOND,
    Count,
    CountKey,
    Mark,
    Quiet,
    Viewing,
    count,
    difference,
    join,
)
from xiaodian.modules.surfacing.service.films import Film, FilmId, find_films, mark_replays_stale, mark_stale
from xiaodian.modules.surfacing.service.put_down_orders import Bought, note_orders, put_down

LOCK = 7_142_397
ViewingKey = tuple[FilmId, UUID]

NOTHING_KNOWN = Viewing()

_OF_CARDS = frozenset({BehaviourKind.CARD_SHOWN, BehaviourKind.CARD_CLICKED})
_TELLING = _OF_CARDS | {BehaviourKind.WATCHED, BehaviourKind.LEFT}


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """A viewing as bytes."""

    furthest_ms: int
    left_ms: int
    shown: list[tuple[ProductId, int, int]]
    clicked: list[tuple[ProductId, int]]
    bought: list[tuple[ProductId, int, int]]


_decode_stored = msgspec.json.Decoder(_Stored).decode
_encode = msgspec.json.Encoder().encode


async def learn_reports(connection: Connection, reports: Sequence[Report]) -> None:
    """What pages told, in the caller's transaction. What is told of things that no film shows is dropped."""
    videos = {item.video_id for report in reports for item in report.items if item.video_id is not None}
    rooms = {item.room_id for report in reports for item in report.items if item.room_id is not None}
    films = await find_films(
        connection, {VideoId(UUID(each)) for each in videos}, {RoomId(UUID(each)) for each in rooms}
    )
    by_text = {str(film_id): film for film_id, film in films.items()}
    fresh: dict[ViewingKey, Viewing] = {}
    for report in reports if by_text else ():
        person_id = UUID(report.account_id or report.viewer_id)
        of_films: dict[str, list[ReportedItem]] = {}
        for item in report.items:
            film_id = item.video_id or item.room_id
            if film_id in by_text:
                of_films.setdefault(film_id, []).append(item)
        for film_id, items in of_films.items():
            _note(fresh, (by_text[film_id].film_id, person_id), _hear(items, by_text[film_id]))
    await _learn(connection, fresh, films)


async def learn_acts(connection: Connection, acts: Sequence[insights.Act]) -> None:
    """The same from what insights keep of it."""
    films = await find_films(
        connection,
        {act.video_id for act in acts if act.video_id is not None},
        {act.room_id for act in acts if act.room_id is not None},
    )
    fresh: dict[ViewingKey, Viewing] = {}
    for act in acts:
        film_id = act.video_id or act.room_id
        film = films.get(film_id) if film_id is not None else None
        if film is not None:
            product_id = None if act.product_id is None else str(act.product_id)
            media_ms = act.media_at_ms if act.media_at is None else to_epoch_ms(act.media_at)
            item = ReportedItem(act.kind, to_epoch_ms(act.at), None, None, product_id, media_ms)
            _note(fresh, (film.film_id, act.account_id or act.viewer_id), _hear([item], film))
    await _learn(connection, fresh, films)


async def learn_orders(
    connection: Connection, order_ids: Sequence[OrderId], whole: insights.WholePlaces | None = None
) -> None:
    """What was paid for; looked up afresh, so that a rebuild learns the same: of those films alone that are whole."""
    found = (await orders.find_orders(connection, order_ids)).values()
    lines = [(order, line) for order in found if order.paid_at is not None for line in order.lines]
    films = await find_films(
        connection,
        {line.video_id for _, line in lines if line.video_id is not None},
        {line.room_id for _, line in lines if line.room_id is not None},
    )
    fresh: dict[ViewingKey, Viewing] = {}
    bought: list[Bought] = []
    for order, line in lines:
        film_id = line.video_id or line.room_id
        film = films.get(film_id) if film_id is not None else None
        word = _hear_order(order, line, film) if film is not None else None
        if film is None or word is None or (whole is not None and not whole.has(film.film_id)):
            continue
        _note(fresh, (film.film_id, order.buyer_id), word)
        [mark] = word.bought
        bought.append(Bought(film.film_id, line.product_id, order.order_id, mark.second, order.buyer_id))
    await _learn(connection, fresh, films, bought)


def _note(fresh: dict[ViewingKey, Viewing], key: ViewingKey, word: Viewing | None) -> None:
    if word is not None:
        fresh[key] = join(fresh[key], word) if key in fresh else word


def _hear_order(order: Order, line: Line, film: Film) -> Viewing | None:
    """What a paid line teaches of the film from whose bag it was bought; None: nothing."""
    if order.paid_at is None or line.product_id not in film.product_ids.values():
        return None
    if film.is_replay and to_epoch_ms(order.placed_at) < film.since_ms:
        return None
    paid_ms = to_epoch_ms(order.paid_at)
    second = UNKNOWN_SECOND if line.video_at_ms is None else line.video_at_ms // SECOND_MS
    mark = Mark(line.product_id, SOMEWHERE if film.is_replay else second)
    return Viewing(last_day=paid_ms // DAY_MS, bought={mark: paid_ms // SLOT_MS})


def _hear(items: Iterable[ReportedItem], film: Film) -> Viewing | None:
    """What one person's page told of one film; None: nothing that teaches anything."""
    last_ms, furthest_ms, left_ms = 0, 0, NEVER
    shown: dict[Mark, int] = {}
    clicked: set[Mark] = set()
    for item in items:
        kind = item.kind
        if kind == BehaviourKind.ENTERED and not film.is_replay:
            last_ms = max(last_ms, item.at_ms)
            continue
        if item.media_at_ms is None or kind not in _TELLING or item.at_ms < film.since_ms:
            continue
        media_ms = min(item.media_at_ms - film.began_ms, NEVER - 1)
        if media_ms < 0:
            continue
        if kind in _OF_CARDS:
            product_id = film.product_ids.get(item.product_id or "")
            if product_id is None:
                continue
            mark = Mark(product_id, media_ms // SECOND_MS)
            if kind == BehaviourKind.CARD_SHOWN:
                shown[mark] = min(shown.get(mark, NEVER), item.at_ms // SLOT_MS)
            else:
                clicked.add(mark)
        last_ms, furthest_ms = max(last_ms, item.at_ms), max(furthest_ms, media_ms)
        if kind == BehaviourKind.LEFT:
            left_ms = min(left_ms, media_ms)
    word = Viewing(furthest_ms, left_ms, shown, frozenset(clicked), last_day=last_ms // DAY_MS)
    if max(len(shown), len(clicked)) > MAX_SHOWINGS:
        word = join(NOTHING_KNOWN, word)
    return word if last_ms else None


async def _learn(
    connection: Connection,
    fresh: Mapping[ViewingKey, Viewing],
    films: Mapping[FilmId, Film],
    bought: Sequence[Bought] = (),
) -> None:
    """Words of viewings, in the caller's transaction; `bought`: the orders that some of them are of."""
    if not fresh:
        return
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    rows = await connection.fetch(
        """
        SELECT film_id, person_id, last_day, known FROM surfacing.viewing
        WHERE (film_id, person_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [film_id for film_id, _ in fresh],
        [person_id for _, person_id in fresh],
    )
    known: dict[ViewingKey, Viewing] = {(row[0], row[1]): _load(row[2], row[3]) for row in rows}
    whole = {key: join(known[key], word) if key in known else word for key, word in fresh.items()}
    await note_orders(connection, bought)
    await put_down(connection, whole, films)
    changed: dict[ViewingKey, Viewing] = {}
    moments: dict[tuple[FilmId, CountKey], list[int]] = {}
    seconds: dict[tuple[FilmId, int], list[int]] = {}
    for key, after in whole.items():
        before = known.get(key)
        if after == before:
            continue
        changed[key] = after
        duration_ms = films[key[0]].duration_ms
        more = count(after, duration_ms)
        if before is not None:
            more = difference(more, count(before, duration_ms))
        for moment, counted in more.moments.items():
            _sum(moments.setdefault((key[0], moment), [0] * len(Count._fields)), counted)
        for second, quiet in more.seconds.items():
            _sum(seconds.setdefault((key[0], second), [0] * len(Quiet._fields)), quiet)
    if changed:
        await _save(connection, changed, moments, seconds)
        replays = {film_id for film_id, _ in changed if films[film_id].is_replay}
        await mark_replays_stale(connection, sorted(replays))
        await mark_stale(connection, sorted({film_id for film_id, _ in changed} - replays))


async def _save(
    connection: Connection,
    viewings: Mapping[ViewingKey, Viewing],
    moments: Mapping[tuple[FilmId, CountKey], Sequence[int]],
    seconds: Mapping[tuple[FilmId, int], Sequence[int]],
) -> None:
    await connection.execute(
        """
        INSERT INTO surfacing.viewing (film_id, person_id, last_day, known)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bytea[])
        ON CONFLICT (film_id, person_id) DO UPDATE SET last_day = excluded.last_day, known = excluded.known
        """,
        [film_id for film_id, _ in viewings],
        [person_id for _, person_id in viewings],
        [each.last_day for each in viewings.values()],
        [_store(each) for each in viewings.values()],
    )
    told = sorted((film_id, *key, *sums) for (film_id, key), sums in moments.items() if any(sums))
    await connection.executemany(
        """
        INSERT INTO surfacing.moment_count AS sums
            (film_id, product_id, second, slot, shown, clicked, ordered, driven_off)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (film_id, product_id, second, slot) DO UPDATE SET
            shown = sums.shown + excluded.shown, clicked = sums.clicked + excluded.clicked,
            ordered = sums.ordered + excluded.ordered, driven_off = sums.driven_off + excluded.driven_off
        """,
        told,
    )
    await connection.executemany(
        """
        INSERT INTO surfacing.quiet_second AS sums (film_id, second, came, went, gone)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (film_id, second) DO UPDATE SET
            came = sums.came + excluded.came, went = sums.went + excluded.went, gone = sums.gone + excluded.gone
        """,
        sorted((*key, *sums) for key, sums in seconds.items() if any(sums)),
    )


def _sum(sums: list[int], more: Sequence[int]) -> None:
    for column, value in enumerate(more):
        sums[column] += value


def _load(last_day: int, stored: bytes) -> Viewing:
    told = _decode_stored(stored)
    return Viewing(
        last_day=last_day,
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
