"""Which segments of shops' own somebody is in, for that person."""

from collections.abc import Sequence
from itertools import groupby

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.fans.conditions.sql import FANS, Books, Statement
from xiaodian.modules.fans.conditions.tree import read_json
from xiaodian.modules.fans.service.ask_condition import COUNT_WITHIN_MS, not_for_long

_SEGMENTS = """
    SELECT shop_id, name, condition FROM fans.own_segment
    WHERE shop_id = ANY($1::uuid[]) AND deleted_at IS NULL ORDER BY shop_id, name
"""


async def list_memberships(
    connection: Connection, account_id: AccountId, shop_ids: Sequence[ShopId], books: Books
) -> dict[ShopId, list[str]]:
    """By shop, the names of those of its own segments that a fan is in now. Raises ConditionError (too slow)."""
    rows = await connection.fetch(_SEGMENTS, list(shop_ids))
    found: dict[ShopId, list[str]] = {}
    async with connection.transaction():
        for shop_id, group in groupby(rows, lambda row: ShopId(row["shop_id"])):
            segments = [(row["name"], read_json(row["condition"])) for row in group]
            asked = Statement(shop_id, books)
            tests = ", ".join(asked.where(condition) for _, condition in segments)
            async with not_for_long(connection, COUNT_WITHIN_MS):
                is_in = await connection.fetchrow(
                    f"SELECT {tests} FROM {FANS} WHERE fan.shop_id = {asked.shop} "
                    f"AND fan.account_id = {asked.add(account_id, 'uuid')}",
                    *asked.values,
                )
            found[shop_id] = [name for (name, _), yes in zip(segments, is_in or (), strict=False) if yes]
    return found
