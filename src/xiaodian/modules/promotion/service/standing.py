"""Who has a standing with a shop: the level in its fan club, as far as prices and badges go by it."""

from collections.abc import Collection, Mapping

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection

Buyer = tuple[ShopId, AccountId]

_SET = """
    INSERT INTO promotion.standing AS known (shop_id, account_id, level)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[]) AS told (shop_id, account_id, level) ORDER BY 1, 2
    ON CONFLICT (shop_id, account_id) DO UPDATE SET level = excluded.level WHERE known.level <> excluded.level
"""


async def set_standings(connection: Connection, levels: Mapping[Buyer, int]) -> None:
    """From now on these buyers have these levels. Inside the caller's transaction."""
    if levels:
        shop_ids, account_ids = zip(*levels, strict=True)
        await connection.execute(_SET, shop_ids, account_ids, list(levels.values()))


async def drop_standing(connection: Connection, shop_id: ShopId, account_id: AccountId | None = None) -> None:
    """This buyer, or (None) nobody, has a standing with the shop any more. Inside the caller's transaction."""
    await connection.execute(
        "DELETE FROM promotion.standing WHERE shop_id = $1 AND ($2::uuid IS NULL OR account_id = $2)",
        shop_id,
        account_id,
    )


async def find_standings(connection: Connection, buyers: Collection[Buyer]) -> dict[Buyer, int]:
    """The levels of those of these who have one."""
    if not buyers:
        return {}
    rows = await connection.fetch(
        """
        SELECT shop_id, account_id, level FROM unnest($1::uuid[], $2::uuid[]) AS buyer (shop_id, account_id)
            JOIN promotion.standing USING (shop_id, account_id)
        """,
        *map(list, zip(*buyers, strict=True)),
    )
    return {(row["shop_id"], row["account_id"]): row["level"] for row in rows}
