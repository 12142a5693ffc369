"""Reads of what a shop has set for itself, and of notices."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.shops import NoticeKind, PostalAddress, RuleKind, RuleNotice, ShopId, ShopPage
from xiaodian.infra.database import Connection, Record
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.accounts import api as accounts

LOW_STOCK_BELOW = 10
"""Until a shop says otherwise."""
MOST_OPEN_NOTICES = 50

_NOTICE = "notice_id, shop_id, kind, text, measure, deadline_at, written_at, read_at, read_by"


async def get_shop_page(connection: Connection, shop_id: ShopId) -> ShopPage:
    """What a shop tells its buyers. Raises NotFoundError."""
    row = await connection.fetchrow(
        """
        SELECT shop_id, name, is_open, avatar_url, coalesce(description, '') AS description,
            coalesce(contact, '') AS contact
        FROM shops.shop LEFT JOIN shops.profile USING (shop_id) WHERE shop_id = $1
        """,
        shop_id,
    )
    if row is None:
        raise NotFoundError
    return ShopPage(**row)


async def find_return_address(connection: Connection, shop_id: ShopId) -> PostalAddress | None:
    """Where goods go back to, if the shop said so."""
    row = await connection.fetchrow(
        """
        SELECT return_recipient AS recipient, return_phone AS phone, return_region AS region, return_detail AS detail
        FROM shops.profile WHERE shop_id = $1 AND return_recipient IS NOT NULL
        """,
        shop_id,
    )
    return PostalAddress(**row) if row else None


async def get_low_stock_below(connection: Connection, shop_id: ShopId) -> int:
    """A SKU with fewer pieces than this is low."""
    below: int | None = await connection.fetchval(
        "SELECT low_stock_below FROM shops.profile WHERE shop_id = $1", shop_id
    )
    return LOW_STOCK_BELOW if below is None else below


async def get_wanted_notices(connection: Connection, shop_id: ShopId, account_id: AccountId) -> frozenset[NoticeKind]:
    """What somebody on the staff wants to be told of; nothing, if they are not on it."""
    muted = await connection.fetchval(
        "SELECT muted_notices FROM shops.staff WHERE shop_id = $1 AND account_id = $2", shop_id, account_id
    )
    return frozenset() if muted is None else frozenset(kind for kind in NoticeKind if kind not in muted)


async def list_rule_notices(
    connection: Connection, shop_id: ShopId | None, *, before: UUID | None, limit: int
) -> list[RuleNotice]:
    """Notices of the platform to a shop (None: those that somebody wrote, to all), the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_NOTICE} FROM shops.rule_notice
        WHERE (shop_id = $1 OR ($1::uuid IS NULL AND subject_id IS NULL)) AND ($2::uuid IS NULL OR notice_id < $2)
        ORDER BY notice_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return await _to_notices(connection, rows)


async def list_open_notices(connection: Connection, shop_id: ShopId, now: datetime) -> list[RuleNotice]:
    """Those that nobody has confirmed yet, and those whose deadline is still to come; the most urgent first."""
    rows = await connection.fetch(
        f"""
        SELECT {_NOTICE} FROM shops.rule_notice WHERE shop_id = $1 AND (read_at IS NULL OR deadline_at > $2)
        ORDER BY deadline_at NULLS LAST, notice_id DESC LIMIT $3
        """,
        shop_id,
        now,
        MOST_OPEN_NOTICES,
    )
    return await _to_notices(connection, rows)


async def lock_rule_notice(connection: Connection, shop_id: ShopId, notice_id: UUID) -> RuleNotice:
    """One notice to a shop as it is now. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_NOTICE} FROM shops.rule_notice WHERE shop_id = $1 AND notice_id = $2 FOR UPDATE", shop_id, notice_id
    )
    if row is None:
        raise NotFoundError
    return (await _to_notices(connection, [row]))[0]


async def _to_notices(connection: Connection, rows: Collection[Record]) -> list[RuleNotice]:
    readers = {row["read_by"] for row in rows if row["read_by"] is not None}
    people = await accounts.get_accounts(connection, list(readers)) if readers else {}
    return [_to_notice(row, people[row["read_by"]].display_name if row["read_by"] in people else None) for row in rows]


def _to_notice(row: Record, read_by: str | None) -> RuleNotice:
    deadline_at, read_at = row["deadline_at"], row["read_at"]
    return RuleNotice(
        notice_id=row["notice_id"],
        shop_id=row["shop_id"],
        kind=RuleKind(row["kind"]),
        text=row["text"],
        measure=row["measure"],
        deadline_ms=to_epoch_ms(deadline_at) if deadline_at else None,
        written_at_ms=to_epoch_ms(row["written_at"]),
        read_at_ms=to_epoch_ms(read_at) if read_at else None,
        read_by=read_by,
    )
