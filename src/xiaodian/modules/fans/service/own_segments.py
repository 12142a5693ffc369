"""Segments that a shop makes itself: saved, changed, deleted, counted."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.fans import ConditionError, SegmentId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.text import BadTextError, clean_line
from xiaodian.modules.fans.conditions.cel import write_cel
from xiaodian.modules.fans.conditions.tree import Condition, read_json, write_json
from xiaodian.modules.fans.service.ask_condition import (
    COUNTS_PER_MINUTE,
    books_of,
    count_fans,
    read_condition,
    sample_fans,
)
from xiaodian.modules.fans.wire_segments import NAME_CHARS, ConditionCount, ConditionInput, OwnSegment, SegmentInput
from xiaodian.modules.risk import api as risk
from xiaodian.modules.shops import api as shops

MOST_SEGMENTS = 100
_COLUMNS = "segment_id, name, condition, fans, counted_at, changed_at"


class Counted(NamedTuple):
    """How many there were, and when; None if it could not be told in time."""

    fans: int | None
    at: datetime


async def count_condition(records: Records, caller: Caller, shop_id: ShopId, told: ConditionInput) -> ConditionCount:
    """Who meets a condition that is being written.

    Raises ConditionError, NotFoundError, ForbiddenError, TooManyRequestsError.
    """
    async with records.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
    condition = read_condition(told)
    await risk.take(records.database, COUNTS_PER_MINUTE, str(caller.account_id))
    books = books_of(records.settings.books_utc_offset_h, utc_now())
    async with records.database.transaction() as connection:
        fans = await count_fans(connection, shop_id, condition, books)
        sample = await sample_fans(connection, shop_id, condition, books) if fans else []
    return ConditionCount(fans=fans, sample=sample, condition=write_json(condition), cel=write_cel(condition))


async def create_segment(records: Records, caller: Caller, shop_id: ShopId, told: SegmentInput) -> OwnSegment:
    """Save a new one. Raises ConditionError, InvalidInputError, NotFoundError, ForbiddenError, TooManyRequestsError."""
    condition, name, counted = await _prepare(records, caller, shop_id, told)
    async with records.database.transaction() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('segments ' || $1, 0))", str(shop_id))
        if await connection.fetchval(_HOW_MANY, shop_id) >= MOST_SEGMENTS:
            raise InvalidInputError(field="name", reason="too_many", limit=MOST_SEGMENTS)
        segment_id = new_id()
        try:
            async with connection.transaction():
                await connection.execute(
                    """
                    INSERT INTO fans.own_segment (shop_id, segment_id, name, condition, fans, counted_at, created_by,
                        created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $6)
                    """,
                    shop_id,
                    segment_id,
                    name,
                    write_json(condition),
                    *counted,
                    caller.account_id,
                )
        except asyncpg.UniqueViolationError as error:
            raise InvalidInputError(field="name", reason="taken") from error
        await _note(connection, caller, shop_id, "fan.segment_saved", segment_id, name)
        return await get_segment(connection, shop_id, segment_id)


async def change_segment(
    records: Records, caller: Caller, shop_id: ShopId, segment_id: SegmentId, told: SegmentInput
) -> OwnSegment:
    """Another name, another condition.

    Raises ConditionError, InvalidInputError, NotFoundError, ForbiddenError, TooManyRequestsError.
    """
    condition, name, counted = await _prepare(records, caller, shop_id, told)
    async with records.database.transaction() as connection:
        await get_segment(connection, shop_id, segment_id)
        try:
            async with connection.transaction():
                await connection.execute(
                    """
                    UPDATE fans.own_segment SET name = $3, condition = $4, fans = $5, counted_at = $6, changed_at = $6
                    WHERE shop_id = $1 AND segment_id = $2 AND deleted_at IS NULL
                    """,
                    shop_id,
                    segment_id,
                    name,
                    write_json(condition),
                    *counted,
                )
        except asyncpg.UniqueViolationError as error:
            raise InvalidInputError(field="name", reason="taken") from error
        await _note(connection, caller, shop_id, "fan.segment_changed", segment_id, name)
        return await get_segment(connection, shop_id, segment_id)


async def delete_segment(records: Records, caller: Caller, shop_id: ShopId, segment_id: SegmentId) -> None:
    """It is listed no more; what is being sent to it goes on. Raises NotFoundError, ForbiddenError."""
    async with records.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_WRITE)
        name = (await get_segment(connection, shop_id, segment_id)).name
        await connection.execute(
            "UPDATE fans.own_segment SET deleted_at = $3 WHERE shop_id = $1 AND segment_id = $2",
            shop_id,
            segment_id,
            utc_now(),
        )
        await _note(connection, caller, shop_id, "fan.segment_deleted", segment_id, name)


async def see_segment(records: Records, caller: Caller, shop_id: ShopId, segment_id: SegmentId) -> OwnSegment:
    """Counted afresh. Raises NotFoundError, ForbiddenError, TooManyRequestsError."""
    async with records.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_READ)
        segment = await get_segment(connection, shop_id, segment_id)
    counted = await _count(records, caller, shop_id, read_json(segment.condition))
    async with records.database.transaction() as connection:
        await connection.execute(
            "UPDATE fans.own_segment SET fans = $3, counted_at = $4 WHERE shop_id = $1 AND segment_id = $2",
            shop_id,
            segment_id,
            *counted,
        )
        return await get_segment(connection, shop_id, segment_id)


async def list_segments(connection: Connection, shop_id: ShopId) -> list[OwnSegment]:
    """All of a shop's own, as they were counted last, by name."""
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM fans.own_segment WHERE shop_id = $1 AND deleted_at IS NULL ORDER BY lower(name)",
        shop_id,
    )
    return [_to_segment(row) for row in rows]


async def get_segment(connection: Connection, shop_id: ShopId, segment_id: SegmentId) -> OwnSegment:
    """One, as it was counted last. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM fans.own_segment WHERE shop_id = $1 AND segment_id = $2 AND deleted_at IS NULL",
        shop_id,
        segment_id,
    )
    if row is None:
        raise NotFoundError
    return _to_segment(row)


async def find_condition(connection: Connection, shop_id: ShopId, segment_id: SegmentId) -> Condition | None:
    """What makes somebody a member, also of a segment that has been deleted since."""
    raw = await connection.fetchval(
        "SELECT condition FROM fans.own_segment WHERE shop_id = $1 AND segment_id = $2", shop_id, segment_id
    )
    return None if raw is None else read_json(raw)


_HOW_MANY = "SELECT count(*) FROM fans.own_segment WHERE shop_id = $1 AND deleted_at IS NULL"


async def _prepare(
    records: Records, caller: Caller, shop_id: ShopId, told: SegmentInput
) -> tuple[Condition, str, Counted]:
    async with records.database.connection() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_WRITE)
    try:
        name = clean_line(told.name, max_chars=NAME_CHARS)
    except BadTextError as error:
        raise InvalidInputError(field="name", reason=error.reason) from error
    condition = read_condition(told)
    return condition, name, await _count(records, caller, shop_id, condition)


async def _count(records: Records, caller: Caller, shop_id: ShopId, condition: Condition) -> Counted:
    """Counted now; not known, but no error, where that takes too long."""
    await risk.take(records.database, COUNTS_PER_MINUTE, str(caller.account_id))
    now = utc_now()
    try:
        async with records.database.transaction() as connection:
            books = books_of(records.settings.books_utc_offset_h, now)
            return Counted(await count_fans(connection, shop_id, condition, books), now)
    except ConditionError:
        return Counted(None, now)


async def _note(
    connection: Connection, caller: Caller, shop_id: ShopId, deed: str, segment_id: UUID, name: str
) -> None:
    await shops.note_deed(connection, caller, shop_id, deed=deed, target=str(segment_id), details={"name": name})


def _to_segment(row: Record) -> OwnSegment:
    condition = read_json(row["condition"])
    return OwnSegment(
        segment_id=row["segment_id"],
        name=row["name"],
        condition=write_json(condition),
        cel=write_cel(condition),
        fans=row["fans"],
        counted_at_ms=None if row["counted_at"] is None else to_epoch_ms(row["counted_at"]),
        changed_at_ms=to_epoch_ms(row["changed_at"]),
    )
