"""The door of fans."""

from collections.abc import Sequence
from datetime import date, datetime

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.fans import SegmentCode, SegmentId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans import queries
from xiaodian.modules.fans.creator_queries import Asked as AskedOfCreator
from xiaodian.modules.fans.outgrown.feed import feed_all
from xiaodian.modules.fans.outgrown.warehouse import open_warehouse
from xiaodian.modules.fans.service import own_segments
from xiaodian.modules.fans.service.ask_condition import books_of, keep_ids, list_ids
from xiaodian.modules.fans.service.export_members import export_members
from xiaodian.modules.fans.service.export_members import list_members as list_fans_of_own
from xiaodian.modules.fans.service.list_fans import list_fans
from xiaodian.modules.fans.service.own_data import export
from xiaodian.modules.fans.service.own_segments import (
    change_segment,
    count_condition,
    create_segment,
    delete_segment,
    see_segment,
)
from xiaodian.modules.fans.service.personal_data import list_known, list_known_to_creators
from xiaodian.modules.fans.service.predict_due import can_predict, predict_again, predict_due
from xiaodian.modules.fans.service.rebuild import Rebuilt, rebuild
from xiaodian.modules.fans.service.rebuild_moves import rebuild_moves
from xiaodian.modules.fans.service.see_own_fans import count_groups as count_groups_of_creator
from xiaodian.modules.fans.service.see_own_fans import list_own_fans, see_own_fan
from xiaodian.modules.fans.service.see_segments import see_segments
from xiaodian.modules.fans.wire_creator import CreatorFan, CreatorFanGroup, CreatorFanPlace, CreatorFanSort
from xiaodian.modules.fans.wire_segments import ConditionInput, SegmentInput

__all__ = [
    "AskedOfCreator",
    "ConditionInput",
    "CreatorFan",
    "CreatorFanGroup",
    "CreatorFanPlace",
    "CreatorFanSort",
    "Rebuilt",
    "SegmentInput",
    "can_predict",
    "change_segment",
    "count_condition",
    "count_groups_of_creator",
    "count_members",
    "create_segment",
    "delete_segment",
    "export",
    "export_members",
    "feed",
    "find_mark",
    "get_name",
    "has_segment",
    "keep_members",
    "keep_own_members",
    "list_entered",
    "list_fans",
    "list_fans_of_own",
    "list_known",
    "list_known_to_creators",
    "list_members",
    "list_own_fans",
    "list_own_members",
    "predict_again",
    "predict_due",
    "rebuild",
    "rebuild_moves",
    "see_own_fan",
    "see_segment",
    "see_segments",
]


async def feed(records: Records) -> int:
    """Bring all orders and fans to the ClickHouse that is set; answers how many orders. Raises UnavailableError."""
    warehouse = open_warehouse(records.settings.clickhouse_url)
    return await feed_all(records.database, warehouse, records.settings.books_utc_offset_h)


async def get_name(connection: Connection, shop_id: ShopId, account_id: AccountId) -> str:
    """The name of a fan of this shop. Raises NotFoundError for anybody else."""
    if not await queries.is_known(connection, shop_id, account_id):
        raise NotFoundError
    return (await accounts.get_account(connection, account_id)).display_name


async def count_members(connection: Connection, shop_id: ShopId, segment: SegmentCode) -> int:
    """How many fans are in a ready segment now."""
    return next(each.fans for each in await queries.count_segments(connection, shop_id) if each.segment is segment)


async def list_entered(
    connection: Connection,
    shop_id: ShopId,
    segment: SegmentCode,
    days: tuple[date, date],
    *,
    after: AccountId,
    limit: int,
) -> list[tuple[AccountId, date]]:
    """Who came into a ready segment on these days of the books, first and last, and is still in it; by id."""
    rows = await connection.fetch(
        """
        SELECT account_id, segment_since FROM fans.fan
        WHERE shop_id = $1 AND segment = $2 AND segment_since BETWEEN $3 AND $4 AND account_id > $5
        ORDER BY account_id LIMIT $6
        """,
        shop_id,
        segment,
        *days,
        after,
        limit,
    )
    return [(row["account_id"], row["segment_since"]) for row in rows]


async def list_members(
    connection: Connection, shop_id: ShopId, segment: SegmentCode, *, after: AccountId | None, limit: int
) -> list[AccountId]:
    """Who is in a ready segment, by id, those after this one."""
    return await queries.list_members(connection, shop_id, segment, after=after, limit=limit)


async def has_segment(connection: Connection, shop_id: ShopId, segment_id: SegmentId) -> bool:
    """Whether the shop made itself this segment, and has not deleted it."""
    try:
        await own_segments.get_segment(connection, shop_id, segment_id)
    except NotFoundError:
        return False
    return True


async def find_mark(connection: Connection, shop_id: ShopId, segment_id: SegmentId) -> str | None:
    """What changes when somebody changes the condition of a segment of the shop's own; None: there is none such."""
    try:
        return (await own_segments.get_segment(connection, shop_id, segment_id)).cel
    except NotFoundError:
        return None


async def keep_members(
    connection: Connection, shop_id: ShopId, segment: SegmentCode, people: Sequence[AccountId]
) -> list[AccountId]:
    """Who of these people is in a ready segment now."""
    rows = await connection.fetch(
        "SELECT account_id FROM fans.fan WHERE shop_id = $1 AND segment = $2 AND account_id = ANY($3::uuid[])",
        shop_id,
        segment,
        people,
    )
    return [row["account_id"] for row in rows]


async def keep_own_members(
    connection: Connection,
    shop_id: ShopId,
    segment_id: SegmentId,
    people: Sequence[AccountId],
    *,
    utc_offset_h: int,
    now: datetime,
) -> list[AccountId]:
    """Who of these people is now in a segment that the shop made itself.

    Within a transaction. Raises ConditionError where that takes too long.
    """
    condition = await own_segments.find_condition(connection, shop_id, segment_id)
    return (
        [] if condition is None else await keep_ids(connection, shop_id, condition, books_of(utc_offset_h, now), people)
    )


async def list_own_members(
    connection: Connection,
    shop_id: ShopId,
    segment_id: SegmentId,
    *,
    utc_offset_h: int,
    now: datetime,
    after: AccountId | None,
    limit: int,
) -> list[AccountId]:
    """Who is now in a segment that the shop made itself, by id, those after this one; also if it was deleted since.

    Within a transaction. Raises ConditionError where that takes too long.
    """
    condition = await own_segments.find_condition(connection, shop_id, segment_id)
    if condition is None:
        return []
    books = books_of(utc_offset_h, now)
    return await list_ids(connection, shop_id, condition, books, after=after, limit=limit)
