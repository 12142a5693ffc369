"""A shop says what it is, where goods go back to, and what its people want to be told of."""

from collections.abc import Collection

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.shops import NoticeKind, PostalAddress, ShopId, ShopPage
from xiaodian.infra.database import Connection, Database
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.shops import queries
from xiaodian.modules.shops.service.note_deed import note_deed
from xiaodian.modules.shops.settings_queries import find_return_address, get_low_stock_below, get_shop_page
from xiaodian.modules.shops.wire_settings import PostalAddressInput, ShopPageInput


async def change_page(database: Database, caller: Caller, shop_id: ShopId, data: ShopPageInput) -> ShopPage:
    """What buyers read of the shop. Raises NotFoundError, ForbiddenError."""
    async with database.transaction() as connection:
        await _lock_profile(connection, caller, shop_id)
        before = await get_shop_page(connection, shop_id)
        await connection.execute(
            "UPDATE shops.profile SET avatar_url = $2, description = $3, contact = $4 WHERE shop_id = $1",
            shop_id,
            data.avatar_url,
            data.description.strip(),
            data.contact.strip(),
        )
        after = await get_shop_page(connection, shop_id)
        if after != before:
            await note_deed(connection, caller, shop_id, deed="shop.page_changed", target="")
    return after


async def change_return_address(
    database: Database, caller: Caller, shop_id: ShopId, data: PostalAddressInput
) -> PostalAddress:
    """Where goods go back to from now on; after-sales agreed to keep theirs.

    Raises NotFoundError, ForbiddenError, InvalidInputError.
    """
    text = accounts.clean_address(recipient=data.recipient, phone=data.phone, region=data.region, detail=data.detail)
    after = PostalAddress(**text._asdict())
    async with database.transaction() as connection:
        await _lock_profile(connection, caller, shop_id)
        if after == await find_return_address(connection, shop_id):
            return after
        await connection.execute(
            """
            UPDATE shops.profile SET return_recipient = $2, return_phone = $3, return_region = $4, return_detail = $5
            WHERE shop_id = $1
            """,
            shop_id,
            *text,
        )
        await note_deed(connection, caller, shop_id, deed="shop.return_address_changed", target="")
    return after


async def change_low_stock(database: Database, caller: Caller, shop_id: ShopId, below: int) -> None:
    """A SKU with fewer pieces than this is low from now on. Raises NotFoundError, ForbiddenError."""
    async with database.transaction() as connection:
        await _lock_profile(connection, caller, shop_id)
        if below == await get_low_stock_below(connection, shop_id):
            return
        await connection.execute("UPDATE shops.profile SET low_stock_below = $2 WHERE shop_id = $1", shop_id, below)
        await note_deed(connection, caller, shop_id, deed="shop.low_stock_changed", target="", details={"below": below})


async def choose_notices(database: Database, caller: Caller, shop_id: ShopId, wanted: Collection[NoticeKind]) -> None:
    """What the caller wants to be told of in this shop; a matter of their own. Raises NotFoundError, ForbiddenError."""
    async with database.transaction() as connection:
        await queries.require_right(connection, caller, shop_id, Scope.SHOP_READ)
        await connection.execute(
            "UPDATE shops.staff SET muted_notices = $3 WHERE shop_id = $1 AND account_id = $2",
            shop_id,
            caller.account_id,
            sorted(set(NoticeKind) - set(wanted)),
        )


async def _lock_profile(connection: Connection, caller: Caller, shop_id: ShopId) -> None:
    await queries.require_right(connection, caller, shop_id, Scope.SHOP_WRITE)
    await connection.execute("INSERT INTO shops.profile (shop_id) VALUES ($1) ON CONFLICT DO NOTHING", shop_id)
    await connection.execute("SELECT FROM shops.profile WHERE shop_id = $1 FOR UPDATE", shop_id)
