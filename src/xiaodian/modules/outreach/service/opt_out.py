"""A fan wants no more messages, of one shop or of any, and takes that back."""

from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.outreach.queries import ALL_SHOPS, list_opt_outs
from xiaodian.modules.outreach.wire import OptedOutShop, OwnOptOuts
from xiaodian.modules.shops import api as shops

MOST_OPT_OUTS = 1000


async def opt_out(database: Database, account_id: AccountId, shop_id: UUID) -> None:
    """From now on nothing comes from this shop (ALL_SHOPS: from none); again is fine. Of an account that was erased,
    as in the link of an old e-mail, nothing is kept: nobody writes to it.

    Raises NotFoundError, InvalidInputError (so many that all is meant).
    """
    async with database.transaction() as connection:
        if not await accounts.get_accounts(connection, [account_id]):
            return
        if shop_id != ALL_SHOPS:
            await shops.get_shop(connection, ShopId(shop_id))
            held = await connection.fetchval(
                "SELECT count(*) FROM outreach.opt_out WHERE account_id = $1 AND shop_id <> $2", account_id, shop_id
            )
            if held >= MOST_OPT_OUTS:
                raise InvalidInputError(field="shop_id", reason="too_many", limit=MOST_OPT_OUTS)
        await connection.execute(
            "INSERT INTO outreach.opt_out (account_id, shop_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            account_id,
            shop_id,
            utc_now(),
        )


async def opt_in(database: Database, account_id: AccountId, shop_id: UUID) -> None:
    """Messages of this shop (ALL_SHOPS: of any that was not named) are welcome again; again is fine."""
    async with database.connection() as connection:
        await connection.execute(
            "DELETE FROM outreach.opt_out WHERE account_id = $1 AND shop_id = $2", account_id, shop_id
        )


async def set_mail_consent(database: Database, account_id: AccountId, *, is_welcome: bool, language: str) -> None:
    """Messages of shops may also come by e-mail, in this language where they are the platform's words, or no longer."""
    async with database.connection() as connection:
        if is_welcome:
            await connection.execute(
                """
                INSERT INTO outreach.mail_consent (account_id, since, language) VALUES ($1, $2, $3)
                ON CONFLICT (account_id) DO UPDATE SET language = excluded.language
                """,
                account_id,
                utc_now(),
                language,
            )
        else:
            await connection.execute("DELETE FROM outreach.mail_consent WHERE account_id = $1", account_id)


async def see_opt_outs(connection: Connection, account_id: AccountId) -> OwnOptOuts:
    """Whose messages somebody does not want."""
    found = await list_opt_outs(connection, account_id, MOST_OPT_OUTS + 1)
    of_shops = await shops.get_shops(connection, [ShopId(shop_id) for shop_id in found if shop_id != ALL_SHOPS])
    is_welcome = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM outreach.mail_consent WHERE account_id = $1)", account_id
    )
    return OwnOptOuts(
        is_mail_welcome=is_welcome,
        is_of_all=ALL_SHOPS in found,
        shops=[OptedOutShop(shop_id=shop_id, name=shop.name) for shop_id, shop in of_shops.items()],
    )
