"""Reads of fans; structs out. The caller has checked whose fans they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.fans import FanCard, FanFigures, SegmentCode
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.fans.definitions import share
from xiaodian.modules.fans.segment_rules import DEFAULTS
from xiaodian.modules.fans.wire import FanMove, FanNote, ReadySegment, ThresholdsView

FAN = """
    account_id, orders, occasions, paid_orders, spent_minor, gmv_minor, returned_minor, first_at, last_at, segment,
    segment_since, followed_at, seen_at, views, watch_s
"""
MOST_MOVES = 50
MOST_VISITS = 2000
_NOBODY = Account(account_id=AccountId(UUID(int=0)), display_name="", avatar_url=None)


async def is_known(connection: Connection, shop_id: ShopId, account_id: AccountId) -> bool:
    """Whether somebody is a fan of this shop."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM fans.fan WHERE shop_id = $1 AND account_id = $2)", shop_id, account_id
    )
    return found


# All in one: each trip to the database costs more than what it fetches.
_PAGE = f"""
    SELECT {FAN}, comments, likes,
        ARRAY(
            SELECT tag FROM fans.tag WHERE (tag.shop_id, tag.account_id) = (fan.shop_id, fan.account_id) ORDER BY tag
        ) AS tags,
        ARRAY(
            SELECT ROW(moved_on, from_segment, to_segment) FROM fans.move
            WHERE (move.shop_id, move.account_id) = (fan.shop_id, fan.account_id) ORDER BY move_id DESC LIMIT $3
        ) AS moves,
        ARRAY(
            SELECT ROW(note_id, author_name, text, noted_at) FROM fans.note
            WHERE (note.shop_id, note.account_id) = (fan.shop_id, fan.account_id) ORDER BY note_id DESC
        ) AS notes,
        ARRAY(
            SELECT ROW(place_id, is_room, first_at, seen_at, views, watch_s, comments, is_shared) FROM fans.visit
            WHERE (visit.whose_id, visit.account_id) = (fan.shop_id, fan.account_id) ORDER BY seen_at DESC LIMIT $4
        ) AS visits
    FROM fans.fan WHERE shop_id = $1 AND account_id = $2
"""


async def find_page(connection: Connection, shop_id: ShopId, account_id: AccountId) -> "Record | None":
    """The fan's row with the columns FAN, and what was noted, told and seen of them, the newest first."""
    return await connection.fetchrow(_PAGE, shop_id, account_id, MOST_MOVES, MOST_VISITS)


async def list_fans(
    connection: Connection,
    shop_id: ShopId,
    segment: SegmentCode,
    *,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[Record]:
    """Fans of a segment with the columns FAN, who spent most first; those after this place."""
    spent, account_id = after or (None, None)
    return await connection.fetch(
        f"""
        SELECT {FAN} FROM fans.fan WHERE shop_id = $1 AND segment = $2
            AND ($3::bigint IS NULL OR spent_minor <= $3 AND (spent_minor < $3 OR account_id > $4::uuid))
        ORDER BY spent_minor DESC, account_id LIMIT $5
        """,
        shop_id,
        segment,
        spent,
        account_id,
        limit,
    )


async def list_members(
    connection: Connection, shop_id: ShopId, segment: SegmentCode, *, after: AccountId | None, limit: int
) -> list[AccountId]:
    """Fans of a segment by id."""
    rows = await connection.fetch(
        """
        SELECT account_id FROM fans.fan
        WHERE shop_id = $1 AND segment = $2 AND ($3::uuid IS NULL OR account_id > $3) ORDER BY account_id LIMIT $4
        """,
        shop_id,
        segment,
        after,
        limit,
    )
    return [row["account_id"] for row in rows]


async def list_tags(
    connection: Connection, shop_id: ShopId, account_ids: Sequence[AccountId]
) -> dict[AccountId, list[str]]:
    """Tags of these fans."""
    rows = await connection.fetch(
        """
        SELECT account_id, array_agg(tag ORDER BY tag) AS tags FROM fans.tag
        WHERE shop_id = $1 AND account_id = ANY($2::uuid[]) GROUP BY account_id
        """,
        shop_id,
        account_ids,
    )
    return {row["account_id"]: row["tags"] for row in rows}


async def list_notes(connection: Connection, shop_id: ShopId, account_id: AccountId) -> list[FanNote]:
    """What staff wrote down, the newest first."""
    rows = await connection.fetch(
        """
        SELECT note_id, author_name, text, noted_at FROM fans.note WHERE shop_id = $1 AND account_id = $2
        ORDER BY note_id DESC
        """,
        shop_id,
        account_id,
    )
    return to_notes([tuple(row) for row in rows])


def to_notes(rows: Sequence[tuple[Any, ...]]) -> list[FanNote]:
    """Notes of which each is told by id, author, text and time."""
    return [
        FanNote(note_id=note_id, author_name=author_name, text=text, noted_at_ms=to_epoch_ms(noted_at))
        for note_id, author_name, text, noted_at in rows
    ]


def to_moves(rows: Sequence[tuple[Any, ...]]) -> list[FanMove]:
    """The segments a fan went through, each told by day, from and to."""
    return [
        FanMove(
            moved_on=moved_on.isoformat(),
            from_segment=None if before is None else SegmentCode(before),
            to_segment=SegmentCode(after),
        )
        for moved_on, before, after in rows
    ]


async def count_segments(connection: Connection, shop_id: ShopId) -> list[ReadySegment]:
    """Every ready segment with the number of its fans."""
    rows = await connection.fetch("SELECT segment, fans FROM fans.segment_size WHERE shop_id = $1", shop_id)
    sizes = {row["segment"]: row["fans"] for row in rows}
    return [ReadySegment(segment=segment, fans=sizes.get(segment, 0)) for segment in SegmentCode]


async def get_thresholds(connection: Connection, shop_id: ShopId) -> ThresholdsView:
    """The shop's, or the ordinary ones."""
    columns = ", ".join(name for name in ThresholdsView.__struct_fields__ if name != "is_applied")
    applied = "is_applied AND (NOT by_quantiles OR reckoned_on IS NOT NULL) AS is_applied"
    row = await connection.fetchrow(f"SELECT {columns}, {applied} FROM fans.threshold WHERE shop_id = $1", shop_id)
    if row is None:
        return ThresholdsView(**DEFAULTS._asdict(), by_quantiles=False, is_applied=True)
    return ThresholdsView(**row)


def to_card(row: Record, account: Account | None, tags: list[str]) -> FanCard:
    """A row with the columns FAN, for eyes that may see fans."""
    shown = account or _NOBODY
    return FanCard(
        account_id=row["account_id"],
        display_name=shown.display_name,
        avatar_url=shown.avatar_url,
        segment=SegmentCode(row["segment"]),
        segment_since=row["segment_since"].isoformat(),
        figures=_figures(row),
        followed_at_ms=_ms(row["followed_at"]),
        seen_at_ms=_ms(row["seen_at"]),
        tags=tags,
    )


def _figures(row: Record) -> FanFigures:
    sums: dict[str, Any] = {
        name: row[name] for name in ("orders", "occasions", "paid_orders", "spent_minor", "gmv_minor", "returned_minor")
    }
    return FanFigures(
        **sums,
        average_minor=row["spent_minor"] // row["orders"] if row["orders"] else None,
        returned_share=share(row["returned_minor"], row["gmv_minor"]),
        first_at_ms=_ms(row["first_at"]),
        last_at_ms=_ms(row["last_at"]),
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_epoch_ms(at)
