"""What a shop gives a service provider of its sales, by contract."""

from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import InvalidInputError, NotFoundError
from xiaodian.contracts.settlement import HasServiceShareError
from xiaodian.contracts.shops import SandboxShopError, ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.settlement.models import ServiceShare
from xiaodian.modules.shops import api as shops

_SHARE = "shop_id, share_id, provider_id, rate_bp, started_at, ended_at"


async def start_service_share(
    ctx: Context, caller: Caller, shop_id: ShopId, provider_id: AccountId, rate_bp: int
) -> ServiceShare:
    """From now on the provider gets its share of what is ordered from the shop; one contract at a time.

    Raises NotFoundError, ForbiddenError, InvalidInputError, HasServiceShareError.
    """
    async with ctx.database.transaction() as connection:
        shop = await shops.require_right(connection, caller, shop_id, Scope.FINANCE_WRITE)
        if shop.is_sandbox:
            raise SandboxShopError
        if provider_id == shop.owner_id or provider_id not in await accounts.get_accounts(connection, [provider_id]):
            raise InvalidInputError(field="provider_id", reason="unknown")
        row = await connection.fetchrow(
            f"""
            INSERT INTO settlement.service_share (shop_id, share_id, provider_id, rate_bp, started_at, started_by)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING {_SHARE}
            """,
            shop_id,
            new_id(),
            provider_id,
            rate_bp,
            utc_now(),
            caller.account_id,
        )
        if row is None:
            running = await connection.fetchval(
                "SELECT share_id FROM settlement.service_share WHERE shop_id = $1 AND ended_at IS NULL", shop_id
            )
            raise HasServiceShareError(share_id=str(running))
        await shops.note_deed(
            connection,
            caller,
            shop_id,
            deed="money.service_share_started",
            target=str(row["share_id"]),
            details={"rate": f"{rate_bp / 100:g}%"},
        )
    return ServiceShare(**row)


async def end_service_share(ctx: Context, caller: Caller, shop_id: ShopId, share_id: UUID) -> None:
    """Orders from now on are not shared; ending it again changes nothing. Raises NotFoundError, ForbiddenError."""
    async with ctx.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FINANCE_WRITE)
        found = await connection.fetchval(
            """
            UPDATE settlement.service_share SET ended_at = coalesce(ended_at, greatest($3, started_at)),
                ended_by = coalesce(ended_by, $4)
            WHERE shop_id = $1 AND share_id = $2 RETURNING true
            """,
            shop_id,
            share_id,
            utc_now(),
            caller.account_id,
        )
        if not found:
            raise NotFoundError
        await shops.note_deed(connection, caller, shop_id, deed="money.service_share_ended", target=str(share_id))
