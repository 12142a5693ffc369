"""Reads of rooms and what belongs to them; explicit columns, structs out. Writes stand with their use cases."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import CommentId, Counter, CueSource, CueWhy, RoomId, RoomState
from xiaodian.contracts.media import StreamId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.live.models import ClubLook, Cue, Room

MAX_CUES = 2000

_ROOM = """
    room.room_id, room.host_id, room.shop_id, room.stream_id, room.title, room.cover_url, room.state, room.created_at,
    room.planned_at, room.started_at, room.ended_at, room.pinned_comment_id, room.pinned_account_id,
    room.online, room.online_at, room.host_cued_at
"""
_CUE = "cue_id, product_id, start_at, end_at, source, reason, confidence"


def _room(row: Record) -> Room:
    values: dict[str, Any] = dict(row)
    values["state"] = RoomState(values["state"])
    return Room(**values)


def _cue(row: Record) -> Cue:
    why = None
    if row["source"] != CueSource.HOST:
        why = msgspec.convert(
            {**row["reason"], "source": row["source"], "confidence": round(row["confidence"], 3)}, CueWhy
        )
    return Cue(
        cue_id=row["cue_id"], product_id=row["product_id"], start_at=row["start_at"], end_at=row["end_at"], why=why
    )


async def get_room(connection: Connection, room_id: RoomId) -> Room:
    """One room. Raises NotFoundError."""
    row = await connection.fetchrow(f"SELECT {_ROOM} FROM live.room WHERE room_id = $1", room_id)
    if row is None:
        raise NotFoundError
    return _room(row)


async def get_rooms(connection: Connection, room_ids: Collection[RoomId]) -> dict[RoomId, Room]:
    """Those of the rooms that exist, by id."""
    rows = await connection.fetch(f"SELECT {_ROOM} FROM live.room WHERE room_id = ANY($1::uuid[])", list(room_ids))
    return {row["room_id"]: _room(row) for row in rows}


async def lock_room_of(connection: Connection, room_id: RoomId, host_id: AccountId) -> Room | None:
    """A room of this host, held until the transaction ends, so that changes of one room follow each other."""
    row = await connection.fetchrow(
        f"SELECT {_ROOM} FROM live.room WHERE room_id = $1 AND host_id = $2 FOR NO KEY UPDATE", room_id, host_id
    )
    return _room(row) if row else None


async def lock_room(connection: Connection, room_id: RoomId) -> Room:
    """A room, held until the transaction ends. Raises NotFoundError."""
    row = await connection.fetchrow(f"SELECT {_ROOM} FROM live.room WHERE room_id = $1 FOR NO KEY UPDATE", room_id)
    if row is None:
        raise NotFoundError
    return _room(row)


async def hold_room(connection: Connection, room_id: RoomId) -> Room:
    """A room that does not move until the transaction ends; many may hold it at once. Raises NotFoundError."""
    row = await connection.fetchrow(f"SELECT {_ROOM} FROM live.room WHERE room_id = $1 FOR SHARE", room_id)
    if row is None:
        raise NotFoundError
    return _room(row)


async def list_rooms_to_come(connection: Connection, since: datetime, until: datetime, limit: int) -> list[Room]:
    """Rooms that are planned for a moment after `since`, up to `until`, the nearest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROOM} FROM live.room WHERE state = 'planned' AND planned_at > $1 AND planned_at <= $2
        ORDER BY planned_at, room_id LIMIT $3
        """,
        since,
        until,
        limit,
    )
    return [_room(row) for row in rows]


async def lock_rooms_of_streams(connection: Connection, stream_ids: Collection[StreamId]) -> dict[StreamId, Room]:
    """The rooms of these streams, held until the transaction ends."""
    rows = await connection.fetch(
        f"SELECT {_ROOM} FROM live.room WHERE stream_id = ANY($1::uuid[]) ORDER BY room_id FOR NO KEY UPDATE",
        list(stream_ids),
    )
    return {row["stream_id"]: _room(row) for row in rows}


async def list_rooms(
    connection: Connection, states: Collection[RoomState], *, before: UUID | None, limit: int
) -> list[Room]:
    """Rooms in one of these states that viewers are shown, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROOM} FROM live.room
        WHERE state = ANY($1::text[]) AND is_listed AND ($2::uuid IS NULL OR room_id < $2)
        ORDER BY room_id DESC LIMIT $3
        """,
        list(states),
        before,
        limit,
    )
    return [_room(row) for row in rows]


async def list_rooms_of(
    connection: Connection,
    host_id: AccountId,
    states: Collection[RoomState] = tuple(RoomState),
    *,
    before: UUID | None,
    limit: int,
    only_listed: bool = False,
) -> list[Room]:
    """A host's rooms in one of these states, the newest first: all, or those that viewers are shown."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROOM} FROM live.room
        WHERE host_id = $1 AND state = ANY($4::text[]) AND ($2::uuid IS NULL OR room_id < $2) AND (is_listed OR NOT $5)
        ORDER BY room_id DESC LIMIT $3
        """,
        host_id,
        before,
        limit,
        list(states),
        only_listed,
    )
    return [_room(row) for row in rows]


async def list_rooms_of_shop(
    connection: Connection, shop_id: ShopId, states: Collection[RoomState], limit: int
) -> list[Room]:
    """Rooms whose host owns this shop, in one of these states, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROOM} FROM live.room
        WHERE shop_id = $1 AND state = ANY($2::text[]) ORDER BY room_id DESC LIMIT $3
        """,
        shop_id,
        list(states),
        limit,
    )
    return [_room(row) for row in rows]


async def list_rooms_page_of_shop(
    connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int
) -> list[Room]:
    """Rooms whose host owns this shop, whatever their state, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_ROOM} FROM live.room
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR room_id < $2) ORDER BY room_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [_room(row) for row in rows]


async def find_room_of_shop(connection: Connection, shop_id: ShopId, room_id: RoomId) -> Room | None:
    """The room, if its host owns this shop."""
    row = await connection.fetchrow(
        f"SELECT {_ROOM} FROM live.room WHERE room_id = $1 AND shop_id = $2", room_id, shop_id
    )
    return _room(row) if row else None


async def find_room_planned_for(connection: Connection, host_id: AccountId, planned_at: datetime) -> Room | None:
    """The first room that its host planned for this moment, whatever became of it."""
    row = await connection.fetchrow(
        f"SELECT {_ROOM} FROM live.room WHERE host_id = $1 AND planned_at = $2 ORDER BY room_id LIMIT 1",
        host_id,
        planned_at,
    )
    return _room(row) if row else None


async def get_bags(connection: Connection, room_ids: Collection[RoomId]) -> dict[RoomId, list[ProductId]]:
    """The products of each room's bag, in order."""
    rows = await connection.fetch(
        "SELECT room_id, product_id FROM live.bag_item WHERE room_id = ANY($1::uuid[]) ORDER BY room_id, number",
        list(room_ids),
    )
    bags: dict[RoomId, list[ProductId]] = {room_id: [] for room_id in room_ids}
    for row in rows:
        bags[row["room_id"]].append(row["product_id"])
    return bags


async def list_goods_of_host(connection: Connection, host_id: AccountId) -> list[ProductId]:
    """What is in the bags of this host's rooms that are not over."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT product_id FROM live.bag_item JOIN live.room USING (room_id)
        WHERE host_id = $1 AND state <> 'ended'
        """,
        host_id,
    )
    return [row["product_id"] for row in rows]


async def get_bag(connection: Connection, room_id: RoomId) -> list[ProductId]:
    """The products of a room's bag, in order."""
    rows = await connection.fetch("SELECT product_id FROM live.bag_item WHERE room_id = $1 ORDER BY number", room_id)
    return [row["product_id"] for row in rows]


async def is_in_bag(connection: Connection, room_id: RoomId, product_id: ProductId) -> bool:
    """Whether a product is in a room's bag."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM live.bag_item WHERE room_id = $1 AND product_id = $2)", room_id, product_id
        )
    )


async def find_rooms_with(
    connection: Connection, product_ids: Collection[ProductId], states: Collection[RoomState]
) -> list[tuple[RoomId, ProductId]]:
    """In which rooms in one of these states which of the products are in the bag; the rooms are held from now on.

    Whoever tells a room of stock holds it, lest an older word on the stock in a fresh bag come after a newer one.
    """
    rows = await connection.fetch(
        """
        SELECT room_id, product_id FROM live.bag_item JOIN live.room USING (room_id)
        WHERE product_id = ANY($1::uuid[]) AND state = ANY($2::text[]) ORDER BY room_id, number
        FOR NO KEY UPDATE OF room
        """,
        list(product_ids),
        list(states),
    )
    return [(row["room_id"], row["product_id"]) for row in rows]


async def find_open_cue(connection: Connection, room_id: RoomId) -> Cue | None:
    """The cue that is on show, if one is."""
    row = await connection.fetchrow(f"SELECT {_CUE} FROM live.cue WHERE room_id = $1 AND end_at IS NULL", room_id)
    return _cue(row) if row else None


async def list_cues(connection: Connection, room_id: RoomId) -> list[Cue]:
    """The cues of a room in the order of the film; the last ones if there are more than anybody needs."""
    rows = await connection.fetch(
        f"SELECT {_CUE} FROM live.cue WHERE room_id = $1 ORDER BY start_at DESC, cue_id DESC LIMIT $2",
        room_id,
        MAX_CUES,
    )
    return [_cue(row) for row in reversed(rows)]


async def find_club_look(connection: Connection, shop_id: ShopId) -> ClubLook | None:
    """How the shop's fan club looks, if it has one."""
    row = await connection.fetchrow("SELECT word, colours FROM live.club_look WHERE shop_id = $1", shop_id)
    return ClubLook(*row) if row else None


async def get_room_for_comment(
    connection: Connection, room_id: RoomId, account_id: AccountId
) -> tuple[Room, bool, ClubLook | None]:
    """A room, whether the account is muted in it, and the look of the shop's fan club. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"""
        SELECT {_ROOM}, EXISTS (
            SELECT FROM live.mute WHERE mute.room_id = room.room_id AND mute.account_id = $2
        ) AS is_muted, club_look.word, club_look.colours
        FROM live.room LEFT JOIN live.club_look ON club_look.shop_id = room.shop_id WHERE room_id = $1
        """,
        room_id,
        account_id,
    )
    if row is None:
        raise NotFoundError
    values = dict(row)
    is_muted, word, colours = (values.pop(name) for name in ("is_muted", "word", "colours"))
    values["state"] = RoomState(values["state"])
    return Room(**values), is_muted, None if word is None else ClubLook(word, colours)


async def list_hosts_after(connection: Connection, after: AccountId | None, limit: int) -> list[AccountId]:
    """Hosts of rooms, by their ids, those beyond `after`."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT host_id FROM live.room WHERE $1::uuid IS NULL OR host_id > $1 ORDER BY host_id LIMIT $2
        """,
        after,
        limit,
    )
    return [row["host_id"] for row in rows]


async def is_removed(connection: Connection, room_id: RoomId, comment_id: CommentId) -> bool:
    """Whether the host removed this comment."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM live.removed_comment WHERE room_id = $1 AND comment_id = $2)",
            room_id,
            comment_id,
        )
    )


async def save_online(connection: Connection, online: Sequence[tuple[RoomId, int]]) -> None:
    """Note how many are watching, for the lists of rooms."""
    await connection.execute(
        """
        UPDATE live.room SET online = told.online, online_at = now()
        FROM unnest($1::uuid[], $2::integer[]) AS told (room_id, online) WHERE room.room_id = told.room_id
        """,
        [room_id for room_id, _ in online],
        [count for _, count in online],
    )


async def list_bag_items(connection: Connection, room_ids: Collection[RoomId]) -> list[tuple[RoomId, int, ProductId]]:
    """What is in the bags of these rooms: room, number, product; in order."""
    rows = await connection.fetch(
        """
        SELECT room_id, number, product_id FROM live.bag_item
        WHERE room_id = ANY($1::uuid[]) ORDER BY room_id, number
        """,
        list(room_ids),
    )
    return [(row["room_id"], row["number"], row["product_id"]) for row in rows]


async def open_counters(connection: Connection, room_ids: Collection[RoomId]) -> dict[RoomId, Counter]:
    """Those of the rooms that exist, with what can be bought in them now."""
    if not room_ids:
        return {}
    rows = await connection.fetch(
        """
        SELECT room_id, host_id,
            ARRAY (SELECT product_id FROM live.bag_item WHERE bag_item.room_id = room.room_id) AS product_ids
        FROM live.room WHERE room_id = ANY($1::uuid[])
        """,
        list(room_ids),
    )
    return {
        row["room_id"]: Counter(
            room_id=row["room_id"], host_id=row["host_id"], product_ids=frozenset(row["product_ids"])
        )
        for row in rows
    }


async def list_shown_products(
    connection: Connection, room_ids: Collection[RoomId]
) -> dict[RoomId, frozenset[ProductId]]:
    """Those of the rooms that exist, with what is in their bags or was ever held up in them."""
    rows = await connection.fetch(
        """
        SELECT room_id, ARRAY (
            SELECT product_id FROM live.bag_item WHERE bag_item.room_id = room.room_id
            UNION SELECT product_id FROM live.cue WHERE cue.room_id = room.room_id
        ) AS product_ids
        FROM live.room WHERE room_id = ANY($1::uuid[])
        """,
        list(room_ids),
    )
    return {row["room_id"]: frozenset(row["product_ids"]) for row in rows}
