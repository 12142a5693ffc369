"""Reads of what a shop's desk keeps beside orders: notes, tags, changes of address, saved filters."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import Order, OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.orders.models import AddressChange, ChangeState, SavedFilter, StaffNote

_CHANGE = ", ".join(AddressChange.__struct_fields__)
_OF_ORDERS = "(shop_id, order_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))"


async def get_notes_and_tags(
    connection: Connection, orders: Collection[Order]
) -> tuple[dict[OrderId, list[StaffNote]], dict[OrderId, list[str]]]:
    """What staff wrote about each order, the first first, and its tags, by the alphabet."""
    rows = await connection.fetch(
        f"""
        SELECT order_id, note_id, account_id, text, noted_at FROM orders.staff_note WHERE {_OF_ORDERS}
        UNION ALL
        SELECT order_id, NULL, NULL, tag, NULL FROM orders.tag WHERE {_OF_ORDERS}
        ORDER BY note_id, text
        """,
        *_keys(orders),
    )
    author_ids = {AccountId(row["account_id"]) for row in rows if row["account_id"] is not None}
    authors = await accounts.get_accounts(connection, list(author_ids)) if author_ids else {}
    notes: dict[OrderId, list[StaffNote]] = defaultdict(list)
    tags: dict[OrderId, list[str]] = defaultdict(list)
    for row in rows:
        if row["note_id"] is None:
            tags[row["order_id"]].append(row["text"])
            continue
        author = authors.get(row["account_id"])
        notes[row["order_id"]].append(
            StaffNote(
                note_id=row["note_id"],
                author_id=row["account_id"],
                author_name=author.display_name if author else "",
                text=row["text"],
                noted_at=row["noted_at"],
            )
        )
    return notes, tags


async def list_tags(connection: Connection, shop_id: ShopId, limit: int) -> list[str]:
    """The tags that a shop uses."""
    # One look into the index for each tag, however many orders have it.
    rows = await connection.fetch(
        """
        WITH RECURSIVE used (tag) AS (
            (SELECT tag FROM orders.tag WHERE shop_id = $1 ORDER BY tag LIMIT 1)
            UNION ALL
            SELECT (SELECT t.tag FROM orders.tag AS t WHERE t.shop_id = $1 AND t.tag > used.tag ORDER BY t.tag LIMIT 1)
            FROM used WHERE used.tag IS NOT NULL
        )
        SELECT tag FROM used WHERE tag IS NOT NULL LIMIT $2
        """,
        shop_id,
        limit,
    )
    return [row["tag"] for row in rows]


async def get_address_changes(connection: Connection, orders: Collection[Order]) -> dict[OrderId, AddressChange]:
    """The last change of address that was asked for of each order."""
    rows = await connection.fetch(
        f"""
        SELECT DISTINCT ON (order_id) order_id, {_CHANGE} FROM orders.address_change WHERE {_OF_ORDERS}
        ORDER BY order_id, change_id DESC
        """,
        *_keys(orders),
    )
    return {row["order_id"]: _to_change(row) for row in rows}


async def list_saved_filters(connection: Connection, shop_id: ShopId, account_id: AccountId) -> list[SavedFilter]:
    """One's own filters and those that others of the shop share, by name."""
    rows = await connection.fetch(
        """
        SELECT filter_id, account_id, name, filter, is_shared FROM orders.saved_filter
        WHERE shop_id = $1 AND (account_id = $2 OR is_shared) ORDER BY name, filter_id
        """,
        shop_id,
        account_id,
    )
    return [SavedFilter(**row) for row in rows]


def _to_change(row: Record) -> AddressChange:
    values = {name: row[name] for name in AddressChange.__struct_fields__}
    return AddressChange(**{**values, "state": ChangeState(row["state"])})


def _keys(orders: Collection[Order]) -> tuple[list[ShopId], list[UUID]]:
    return [order.shop_id for order in orders], [order.order_id for order in orders]
