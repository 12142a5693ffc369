"""The facts of members: what they watched on air, and their orders as these are now."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.club.models import Buyer, Risen
from xiaodian.modules.club.service.recount import hold_members, recount
from xiaodian.modules.content import api as content
from xiaodian.modules.orders import api as orders
from xiaodian.modules.shops import api as shops


class Watched(NamedTuple):
    """Somebody watched a room on air for so long, up to this moment; `day` is of the books."""

    shop_id: ShopId
    account_id: AccountId
    at: datetime
    day: date
    watch_s: int


_ATTEND = """
    INSERT INTO club.attendance AS known (shop_id, account_id, day, watch_s, first_at, last_at)
    SELECT told.shop_id, told.account_id, told.day, sum(told.watch_s),
        min(greatest(told.at - make_interval(secs => told.watch_s), member.joined_at)), max(told.at)
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::date[], $5::bigint[])
            AS told (shop_id, account_id, at, day, watch_s)
        JOIN club.member ON (member.shop_id, member.account_id) = (told.shop_id, told.account_id)
    WHERE told.at >= member.joined_at AND told.watch_s > 0
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (shop_id, account_id, day) DO UPDATE SET watch_s = known.watch_s + excluded.watch_s,
        first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at)
"""
_KEEP = """
    INSERT INTO club.purchase AS known (shop_id, account_id, order_id, paid_at, spent_minor, returned_minor)
    SELECT bought.shop_id, bought.buyer_id, order_id, paid_at, gmv_minor, bought.returned_minor
    FROM ({bought}) AS bought
        JOIN club.member ON (member.shop_id, member.account_id) = (bought.shop_id, bought.buyer_id)
    ORDER BY 1, 2, 3
    ON CONFLICT (shop_id, account_id, order_id) DO UPDATE SET paid_at = excluded.paid_at,
        spent_minor = excluded.spent_minor, returned_minor = excluded.returned_minor
    WHERE (known.paid_at, known.spent_minor, known.returned_minor)
        IS DISTINCT FROM (excluded.paid_at, excluded.spent_minor, excluded.returned_minor)
"""
_KEEP_ORDERS = _KEEP.format(bought=orders.select_bought("bought.order_id = ANY($1::uuid[])"))
_KEEP_BUYERS = _KEEP.format(
    bought=orders.select_bought("(bought.shop_id, bought.buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))")
)
_BUYERS = f"""
    SELECT DISTINCT shop_id, buyer_id FROM ({orders.select_bought("bought.order_id = ANY($1::uuid[])")}) AS bought
"""
_FOLLOW = """
    UPDATE club.member SET followed_at = told.followed_at
    FROM unnest($2::uuid[], $3::timestamptz[]) AS told (account_id, followed_at)
    WHERE member.shop_id = $1 AND member.account_id = told.account_id
        AND member.followed_at IS DISTINCT FROM told.followed_at
"""


async def count_watching(connection: Connection, watched: Sequence[Watched], now: datetime) -> list[Risen]:
    """Add what members watched, in the caller's transaction; answers who rose. What is told twice counts twice, but
    nobody has watched longer in a day than from the first to the last moment told of it (`queries.MINUTES`).
    """
    members = await hold_members(connection, {(each.shop_id, each.account_id) for each in watched})
    if not members:
        return []
    await connection.execute(_ATTEND, *map(list, zip(*watched, strict=True)))
    return await recount(connection, members, now)


async def count_orders(connection: Connection, order_ids: Sequence[OrderId], now: datetime) -> list[Risen]:
    """Keep these orders of members as they are now, in the caller's transaction; again changes nothing."""
    rows = await connection.fetch(_BUYERS, order_ids)
    members = await hold_members(connection, {(row["shop_id"], row["buyer_id"]) for row in rows})
    if not members:
        return []
    await connection.execute(_KEEP_ORDERS, order_ids)
    return await recount(connection, members, now)


async def count_anew(connection: Connection, buyers: Sequence[Buyer], now: datetime) -> list[Risen]:
    """Ask afresh for all orders of these members and since when they follow, and add up; answers who rose."""
    members = await hold_members(connection, buyers)
    if not members:
        return []
    await connection.execute(_KEEP_BUYERS, *map(list, zip(*members, strict=True)))
    await note_follows(connection, members)
    return await recount(connection, members, now)


async def note_follows(connection: Connection, members: Sequence[Buyer]) -> None:
    """Since when these members follow the owner of the shop, as content knows it."""
    found = await shops.get_shops(connection, list({shop_id for shop_id, _ in members}))
    for shop_id, shop in found.items():
        account_ids = [account_id for each, account_id in members if each == shop_id]
        since = await content.list_followed_since(connection, shop.owner_id, account_ids)
        await connection.execute(_FOLLOW, shop_id, account_ids, [since.get(account_id) for account_id in account_ids])
