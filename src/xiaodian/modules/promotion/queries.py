"""Reads of live prices and coupons."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.promotion import PLATFORM, CouponId, CouponWish
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.promotion.rules import Coupon, CouponBook, normalize_code

MOST_LISTED = 100

_COUPON = """
    coupon.coupon_id, coupon.shop_id, coupon.code, coupon.currency, coupon.off_minor, coupon.min_spend_minor,
    coupon.quota, coupon.per_account, coupon.redeemed, coupon.valid_until, coupon.title, coupon.is_listed,
    coupon.valid_from, coupon.ended_at, coupon.is_personal
"""


async def live_prices(
    connection: Connection, pairs: Collection[tuple[RoomId, SkuId]]
) -> dict[tuple[RoomId, SkuId], int]:
    """Those of the SKUs that have a price of their own in the room beside them, and that price in minor units."""
    if not pairs:
        return {}
    rows = await connection.fetch(
        """
        SELECT room_id, sku_id, price_minor FROM unnest($1::uuid[], $2::uuid[]) AS pair (room_id, sku_id)
        JOIN promotion.live_price USING (room_id, sku_id)
        """,
        [room_id for room_id, _ in pairs],
        [sku_id for _, sku_id in pairs],
    )
    return {(row["room_id"], row["sku_id"]): row["price_minor"] for row in rows}


async def open_coupon_book(connection: Connection, wishes: Collection[CouponWish], *, lock: bool) -> CouponBook:
    """The coupons that are wished for, and how often these accounts redeemed them.

    With `lock`, held in key order until the transaction ends, so that what is judged can be redeemed.
    """
    if not wishes:
        return CouponBook([], {})
    rows = await connection.fetch(
        f"""
        SELECT {_COUPON} FROM promotion.coupon
        WHERE (shop_id, code) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
        ORDER BY coupon_id {"FOR UPDATE" if lock else ""}
        """,
        [wish.shop_id for wish in wishes],
        [normalize_code(wish.code) for wish in wishes],
    )
    coupons = [Coupon(**row) for row in rows]
    used = await _count_used(connection, coupons, wishes)
    personal = [coupon.coupon_id for coupon in coupons if coupon.is_personal]
    return CouponBook(coupons, used, await _list_held(connection, personal, wishes) if personal else frozenset())


async def _list_held(
    connection: Connection, coupon_ids: Collection[CouponId], wishes: Collection[CouponWish]
) -> frozenset[tuple[CouponId, UUID]]:
    rows = await connection.fetch(
        """
        SELECT coupon_id, account_id FROM promotion.holder
        WHERE coupon_id = ANY($1::uuid[]) AND account_id = ANY($2::uuid[])
        """,
        list(coupon_ids),
        list({wish.account_id for wish in wishes}),
    )
    return frozenset((row["coupon_id"], row["account_id"]) for row in rows)


async def _count_used(
    connection: Connection, coupons: Sequence[Coupon], wishes: Collection[CouponWish]
) -> dict[tuple[CouponId, UUID], int]:
    # A statement of its own: it must see what others committed while we waited for the lock.
    rows = await connection.fetch(
        """
        SELECT coupon_id, account_id, count(*) AS times FROM promotion.redemption
        WHERE coupon_id = ANY($1::uuid[]) AND account_id = ANY($2::uuid[]) AND released_at IS NULL
        GROUP BY coupon_id, account_id
        """,
        [coupon.coupon_id for coupon in coupons],
        list({wish.account_id for wish in wishes}),
    )
    return {(row["coupon_id"], row["account_id"]): row["times"] for row in rows}


async def list_coupons(connection: Connection, shop_id: ShopId, *, before: UUID | None, limit: int) -> list[Coupon]:
    """A shop's coupons, the newest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COUPON} FROM promotion.coupon
        WHERE shop_id = $1 AND ($2::uuid IS NULL OR coupon_id < $2) ORDER BY coupon_id DESC LIMIT $3
        """,
        shop_id,
        before,
        limit,
    )
    return [Coupon(**row) for row in rows]


async def find_coupon(connection: Connection, shop_id: ShopId, coupon_id: UUID) -> Coupon | None:
    """One coupon of a shop."""
    row = await connection.fetchrow(
        f"SELECT {_COUPON} FROM promotion.coupon WHERE shop_id = $1 AND coupon_id = $2", shop_id, coupon_id
    )
    return Coupon(**row) if row else None


async def find_coupons(connection: Connection, shop_id: ShopId, coupon_ids: Collection[UUID]) -> dict[UUID, Coupon]:
    """Those of a shop's coupons that are found, by id."""
    if not coupon_ids:
        return {}
    rows = await connection.fetch(
        f"SELECT {_COUPON} FROM promotion.coupon WHERE shop_id = $1 AND coupon_id = ANY($2::uuid[])",
        shop_id,
        list(coupon_ids),
    )
    return {row["coupon_id"]: Coupon(**row) for row in rows}


async def lock_coupon(connection: Connection, coupon_id: UUID) -> Coupon | None:
    """One coupon, held until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_COUPON} FROM promotion.coupon WHERE coupon_id = $1 FOR UPDATE", coupon_id
    )
    return Coupon(**row) if row else None


async def list_usable_coupons(
    connection: Connection, shop_ids: Collection[ShopId], account_id: AccountId | None, now: datetime
) -> list[Coupon]:
    """The coupons of these shops and of the platform that this account (or anybody) can redeem now and is shown: those
    that are listed, and those that are made out to it.

    The platform's first, then the largest; no more than anybody would read.
    """
    rows = await connection.fetch(
        f"""
        SELECT {_COUPON} FROM promotion.coupon
        WHERE shop_id = ANY($1::uuid[]) AND ended_at IS NULL AND valid_until > $3 AND valid_from <= $3
            AND coupon_id IN (
                SELECT listed.coupon_id FROM promotion.coupon AS listed
                WHERE listed.shop_id = ANY($1::uuid[]) AND listed.is_listed AND listed.ended_at IS NULL
                    AND NOT listed.is_personal
                UNION ALL SELECT holder.coupon_id FROM promotion.holder WHERE holder.account_id = $2
            )
            AND redeemed < quota AND per_account > (
                SELECT count(*) FROM promotion.redemption
                WHERE redemption.coupon_id = coupon.coupon_id AND redemption.account_id = $2 AND released_at IS NULL
            )
        ORDER BY shop_id <> $4, off_minor DESC, coupon_id LIMIT $5
        """,
        [*shop_ids, PLATFORM],
        account_id,
        now,
        PLATFORM,
        MOST_LISTED,
    )
    return [Coupon(**row) for row in rows]
