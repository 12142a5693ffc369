"""Members of a segment: as a page, and as a file for spreadsheets. No contact data; names by their first character."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.fans import FanCard, SegmentCode, SegmentId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import utc_now
from xiaodian.kit.masking import mask_name
from xiaodian.kit.money import format_minor
from xiaodian.kit.paging import Page, decode_place, encode_place
from xiaodian.kit.spreadsheets import BOM, csv_lines
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.conditions.fields import Operator
from xiaodian.modules.fans.conditions.tree import Compare, Condition, read_json
from xiaodian.modules.fans.service.ask_condition import books_of, list_biggest, list_by_id
from xiaodian.modules.fans.service.cards import cards_of
from xiaodian.modules.fans.service.own_segments import get_segment
from xiaodian.modules.shops import api as shops

AT_ONCE = 1000
HEADER = (
    "粉丝编号 fan",
    "名字 name",
    "分群 segment",
    "购买单数 orders",
    "消费 spent",
    "首购 first",
    "最近购买 last",
    "已关注 follows",
    "标签 tags",
)


async def list_members(
    records: Records, caller: Caller, shop_id: ShopId, segment_id: SegmentId, *, cursor: str | None, limit: int
) -> Page[FanCard]:
    """Who is in it now, who spent most first.

    Raises NotFoundError, ForbiddenError, BadCursorError, ConditionError.
    """
    after = decode_place(cursor, tuple[int, UUID]) if cursor else None
    books = books_of(records.settings.books_utc_offset_h, utc_now())
    async with records.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        condition = read_json((await get_segment(connection, shop_id, segment_id)).condition)
        rows = await list_biggest(connection, shop_id, condition, books, after=after, limit=limit + 1)
        shown = rows[:limit]
        cards = await cards_of(connection, shop_id, shown)
    more = shown[-1] if len(rows) > limit else None
    return Page(
        items=cards,
        next_cursor=encode_place(more["spent_minor"], str(more["account_id"])) if more else None,
    )


async def export_members(
    records: Records, caller: Caller, shop_id: ShopId, segment_id: SegmentId
) -> AsyncIterator[str]:
    """All of them as CSV, by id; that it was taken stands in the shop's log. Raises NotFoundError, ForbiddenError."""
    async with records.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        segment = await get_segment(connection, shop_id, segment_id)
        await shops.note_deed(
            connection,
            caller,
            shop_id,
            deed="fan.segment_exported",
            target=str(segment_id),
            details={"name": segment.name},
        )
    return _write(records, shop_id, read_json(segment.condition))


async def export_ready_segment(
    records: Records, caller: Caller, shop_id: ShopId, code: SegmentCode
) -> AsyncIterator[str]:
    """The same of one of the ready segments. Raises NotFoundError, ForbiddenError."""
    async with records.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        await shops.note_deed(connection, caller, shop_id, deed="fan.ready_segment_exported", target=code)
    return _write(records, shop_id, Compare("segment", Operator.EQ, code.value))


async def _write(records: Records, shop_id: ShopId, condition: Condition) -> AsyncIterator[str]:
    """Lines of the file; each piece is a transaction of its own, so that no long one holds others up."""
    yield BOM + csv_lines([HEADER])
    books = books_of(records.settings.books_utc_offset_h, utc_now())
    after: AccountId | None = None
    while True:
        async with records.database.transaction() as connection:
            rows = await list_by_id(connection, shop_id, condition, books, after=after, limit=AT_ONCE)
            cells = await _cells(connection, shop_id, rows, timedelta(hours=books.utc_offset_h))
        if rows:
            yield csv_lines(cells)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["account_id"]


async def _cells(connection: Connection, shop_id: ShopId, rows: list[Record], shift: timedelta) -> list[list[str]]:
    ids = [row["account_id"] for row in rows]
    people = await accounts.get_accounts(connection, ids)
    tags = await queries.list_tags(connection, shop_id, ids)
    return [
        [
            str(row["account_id"]),
            mask_name(people[row["account_id"]].display_name) if row["account_id"] in people else "*",
            row["segment"],
            str(row["orders"]),
            format_minor(row["spent_minor"]),
            *("" if row[name] is None else f"{row[name] + shift:%Y-%m-%d}" for name in ("first_at", "last_at")),
            "" if row["followed_at"] is None else "1",
            " ".join(tags.get(row["account_id"], [])),
        ]
        for row in rows
    ]
