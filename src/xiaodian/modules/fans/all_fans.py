"""All fans of a shop in an order: reads by keyset. The caller has checked whose fans they are.

No index has these orders: every purchase would have to be written into each. All fans of the shop are sorted each time,
which takes a fifth of a second for a million of them (decision 50).
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.fans.queries import FAN


class FanSort(StrEnum):
    """Whom a list of fans begins with; equals stand in the order of their ids."""

    LAST_PURCHASE = "last_purchase"
    """Who bought last; who never did comes last."""
    SPENT = "spent"
    ORDERS = "orders"


class Place(NamedTuple):
    """Where a list goes on: after this fan."""

    key: int | datetime | None
    account_id: UUID


_KEYS = {
    FanSort.LAST_PURCHASE: ("coalesce(last_at, '-infinity'::timestamptz)", "coalesce($2::timestamptz, '-infinity')"),
    FanSort.SPENT: ("spent_minor", "$2::bigint"),
    FanSort.ORDERS: ("orders", "$2::bigint"),
}


def place_of(sort: FanSort, row: Record) -> Place:
    """Where the list goes on after this row."""
    column = {FanSort.LAST_PURCHASE: "last_at", FanSort.SPENT: "spent_minor", FanSort.ORDERS: "orders"}[sort]
    return Place(row[column], row["account_id"])


async def list_in_order(
    connection: Connection, shop_id: ShopId, sort: FanSort, after: Place | None, limit: int
) -> list[Record]:
    """Fans with the columns FAN, those after this place."""
    key, _ = _KEYS[sort]
    key_after, account_id = after or Place(None, UUID(int=0))
    return await connection.fetch(
        f"SELECT {FAN} FROM fans.fan WHERE shop_id = $1 AND {_after(sort)} ORDER BY {key} DESC, account_id LIMIT $4",
        shop_id,
        key_after,
        None if after is None else account_id,
        limit,
    )


async def list_among(
    connection: Connection,
    shop_id: ShopId,
    account_ids: Sequence[AccountId],
    sort: FanSort,
    after: Place | None,
    limit: int,
) -> list[Record]:
    """The same of these accounts alone, each looked up by itself: they may be few among very many fans."""
    key, _ = _KEYS[sort]
    key_after, account_id = after or Place(None, UUID(int=0))
    return await connection.fetch(
        f"""
        SELECT {FAN} FROM unnest($5::uuid[]) AS named (id) CROSS JOIN LATERAL (
            SELECT {FAN} FROM fans.fan WHERE shop_id = $1 AND account_id = named.id LIMIT 1
        ) AS found WHERE {_after(sort)} ORDER BY {key} DESC, account_id LIMIT $4
        """,
        shop_id,
        key_after,
        None if after is None else account_id,
        limit,
        account_ids,
    )


def _after(sort: FanSort) -> str:
    key, value = _KEYS[sort]
    return f"($3::uuid IS NULL OR {key} < {value} OR {key} = {value} AND account_id > $3)"
