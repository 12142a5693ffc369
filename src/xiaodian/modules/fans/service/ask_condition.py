"""Who meets a condition: how many, which, a page at a time; never for longer than a moment."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.risk import Limit
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.masking import mask_name
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.fans.conditions.cel import read_cel
from xiaodian.modules.fans.conditions.sql import FANS, Books, Statement
from xiaodian.modules.fans.conditions.tree import Condition, read_json, refuse
from xiaodian.modules.fans.queries import FAN
from xiaodian.modules.fans.service.count_purchases import day_of_books
from xiaodian.modules.fans.wire_segments import ConditionInput, SampleFan

COUNTS_PER_MINUTE = Limit(name="segment_counts", burst=120, period_s=60)
COUNT_WITHIN_MS = 5_000
LIST_WITHIN_MS = 20_000
MOST_SAMPLED = 5
NOBODY = UUID(int=0)


def read_condition(told: ConditionInput) -> Condition:
    """The condition that somebody wrote in one of the two forms. Raises ConditionError."""
    if (told.cel is None) == (told.condition is None):
        raise refuse("one_form", "")
    return read_json(told.condition) if told.cel is None else read_cel(told.cel)


def books_of(utc_offset_h: int, now: datetime) -> Books:
    """The day that it is in the books."""
    return Books(day_of_books(now, utc_offset_h), utc_offset_h)


@asynccontextmanager
async def not_for_long(connection: Connection, most_ms: int) -> AsyncIterator[None]:
    """Within a transaction: what takes longer is given up. Raises ConditionError."""
    await connection.execute(
        f"SET LOCAL statement_timeout = {most_ms}; SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"
    )
    try:
        yield
    except asyncpg.QueryCanceledError as error:
        raise refuse("too_slow", "") from error
    await connection.execute("SET LOCAL statement_timeout TO DEFAULT")


async def count_fans(connection: Connection, shop_id: ShopId, condition: Condition, books: Books) -> int:
    """How many fans of a shop meet it now. Raises ConditionError."""
    asked = Statement(shop_id, books)
    where = asked.where(condition)
    async with not_for_long(connection, COUNT_WITHIN_MS):
        # Not fetchval: it asks for one row at most, and PostgreSQL works on such a request in one process alone.
        rows = await connection.fetch(
            f"SELECT count(*) AS fans FROM {FANS} WHERE fan.shop_id = {asked.shop} AND {where}", *asked.values
        )
    return int(rows[0]["fans"])


async def sample_fans(connection: Connection, shop_id: ShopId, condition: Condition, books: Books) -> list[SampleFan]:
    """A few of them, whichever are found first. Raises ConditionError."""
    asked = Statement(shop_id, books)
    where = asked.where(condition)
    async with not_for_long(connection, COUNT_WITHIN_MS):
        rows = await connection.fetch(
            f"SELECT account_id, segment, orders, spent_minor FROM {FANS} "
            f"WHERE fan.shop_id = {asked.shop} AND {where} LIMIT {MOST_SAMPLED}",
            *asked.values,
        )
    people = await accounts.get_accounts(connection, [row["account_id"] for row in rows])
    return [
        SampleFan(
            name=mask_name(people[row["account_id"]].display_name) if row["account_id"] in people else "*",
            **dict(row),
        )
        for row in rows
    ]


async def list_biggest(
    connection: Connection,
    shop_id: ShopId,
    condition: Condition,
    books: Books,
    *,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[Record]:
    """Who meets it, with the columns FAN, who spent most first; those after this place. Raises ConditionError."""
    asked = Statement(shop_id, books)
    place = ""
    if after is not None:
        spent, account_id = asked.add(after[0], "bigint"), asked.add(after[1], "uuid")
        place = f"AND spent_minor <= {spent} AND (spent_minor < {spent} OR account_id > {account_id})"
    where = asked.where(condition)
    async with not_for_long(connection, LIST_WITHIN_MS):
        return await connection.fetch(
            f"SELECT {FAN} FROM {FANS} WHERE fan.shop_id = {asked.shop} AND {where} {place} "
            f"ORDER BY spent_minor DESC, account_id LIMIT {asked.add(limit, 'integer')}",
            *asked.values,
        )


async def list_ids(
    connection: Connection,
    shop_id: ShopId,
    condition: Condition,
    books: Books,
    *,
    after: AccountId | None,
    limit: int,
) -> list[AccountId]:
    """Who meets it, by id; those after this one. Raises ConditionError."""
    asked = Statement(shop_id, books)
    where = f"fan.account_id > {asked.add(after or NOBODY, 'uuid')} AND {asked.where(condition)}"
    return await _fetch_ids(connection, asked, f"{where} ORDER BY account_id LIMIT {asked.add(limit, 'integer')}")


async def keep_ids(
    connection: Connection, shop_id: ShopId, condition: Condition, books: Books, people: Sequence[AccountId]
) -> list[AccountId]:
    """Who of these people meets it. Raises ConditionError."""
    asked = Statement(shop_id, books)
    where = f"fan.account_id = ANY({asked.add(people, 'uuid[]')}) AND {asked.where(condition)}"
    return await _fetch_ids(connection, asked, where)


async def _fetch_ids(connection: Connection, asked: Statement, where: str) -> list[AccountId]:
    async with not_for_long(connection, LIST_WITHIN_MS):
        rows = await connection.fetch(
            f"SELECT account_id FROM {FANS} WHERE fan.shop_id = {asked.shop} AND {where}", *asked.values
        )
    return [row["account_id"] for row in rows]


async def list_by_id(
    connection: Connection,
    shop_id: ShopId,
    condition: Condition,
    books: Books,
    *,
    after: AccountId | None,
    limit: int,
) -> list[Record]:
    """Who meets it, with the columns FAN, by id; those after this one. Raises ConditionError."""
    asked = Statement(shop_id, books)
    where = asked.where(condition)
    async with not_for_long(connection, LIST_WITHIN_MS):
        return await connection.fetch(
            f"SELECT {FAN} FROM {FANS} WHERE fan.shop_id = {asked.shop} "
            f"AND fan.account_id > {asked.add(after or NOBODY, 'uuid')} AND {where} "
            f"ORDER BY account_id LIMIT {asked.add(limit, 'integer')}",
            *asked.values,
        )
