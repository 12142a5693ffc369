"""Follow a creator, and stop."""

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import CreatorFollowed, CreatorUnfollowed
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content.rules import FOLLOWS_PER_MINUTE, fan_count_slot, refuse_oneself
from xiaodian.modules.risk import api as risk


async def follow_creator(ctx: Context, fan_id: AccountId, creator_id: AccountId) -> None:
    """Become a fan; who is one already stays one.

    Raises NotFoundError, InvalidInputError for oneself, TooManyRequestsError.
    """
    refuse_oneself(creator_id, fan_id)
    await risk.take(ctx.database, FOLLOWS_PER_MINUTE, str(fan_id))
    async with ctx.database.transaction() as connection:
        await accounts.get_account(connection, creator_id)
        status: str = await connection.execute(
            "INSERT INTO content.follow (creator_id, fan_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            creator_id,
            fan_id,
            utc_now(),
        )
        if status == "INSERT 0 0":
            return
        await count_fan(connection, creator_id, fan_id, 1)
        await outbox.emit(connection, CreatorFollowed(creator_id=creator_id, fan_id=fan_id))
    await ctx.broker.poke("outbox")


async def unfollow_creator(ctx: Context, fan_id: AccountId, creator_id: AccountId) -> None:
    """Be a fan no more; who is none stays none. Raises TooManyRequestsError."""
    await risk.take(ctx.database, FOLLOWS_PER_MINUTE, str(fan_id))
    async with ctx.database.transaction() as connection:
        status: str = await connection.execute(
            "DELETE FROM content.follow WHERE creator_id = $1 AND fan_id = $2", creator_id, fan_id
        )
        if status == "DELETE 0":
            return
        await count_fan(connection, creator_id, fan_id, -1)
        await outbox.emit(connection, CreatorUnfollowed(creator_id=creator_id, fan_id=fan_id))
    await ctx.broker.poke("outbox")


async def count_fan(connection: Connection, creator_id: AccountId, fan_id: AccountId, change: int) -> None:
    """Change how many fans a creator has, in the caller's transaction."""
    # CHECK (fans >= 0) also looks at the row that ON CONFLICT then does not insert, so it must not be negative.
    await connection.execute(
        """
        INSERT INTO content.fan_count AS counter (creator_id, slot, fans) VALUES ($1, $2, greatest($3::bigint, 0))
        ON CONFLICT (creator_id, slot) DO UPDATE SET fans = counter.fans + $3::bigint
        """,
        creator_id,
        fan_count_slot(fan_id),
        change,
    )
