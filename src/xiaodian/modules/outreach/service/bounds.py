"""How much and when fans are written to: by the platform's settings, and by what a shop asks of itself."""

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.outreach import Channel
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Records
from xiaodian.infra.database import Connection
from xiaodian.modules.outreach.queries import get_shop_bounds
from xiaodian.modules.outreach.rules import Bounds, ShopBounds, check_bounds, tighten
from xiaodian.modules.outreach.service.deliver_mail import is_mail_set_up
from xiaodian.modules.outreach.wire import BoundsInput, BoundsView
from xiaodian.modules.shops import api as shops
from xiaodian.settings import Settings


def platform_bounds(settings: Settings) -> Bounds:
    """What holds for every shop."""
    return Bounds(
        most_messages=settings.outreach_most_messages,
        cap_days=settings.outreach_cap_days,
        quiet=((settings.outreach_quiet_from_h, settings.outreach_quiet_until_h),),
        utc_offset_h=settings.books_utc_offset_h,
    )


def ways(settings: Settings) -> list[Channel]:
    """By which ways messages can be sent: by e-mail only where a mail server is set."""
    return [each for each in Channel if each is not Channel.EMAIL or is_mail_set_up(settings)]


async def bounds_of(connection: Connection, settings: Settings, shop_id: ShopId) -> Bounds:
    """What holds for one shop."""
    return tighten(platform_bounds(settings), await get_shop_bounds(connection, shop_id))


async def see_bounds(connection: Connection, settings: Settings, shop_id: ShopId) -> BoundsView:
    """The platform's bounds and the shop's own."""
    own = await get_shop_bounds(connection, shop_id)
    return BoundsView(
        most_messages=settings.outreach_most_messages,
        cap_days=settings.outreach_cap_days,
        quiet_from_h=settings.outreach_quiet_from_h,
        quiet_until_h=settings.outreach_quiet_until_h,
        utc_offset_h=settings.books_utc_offset_h,
        channels=ways(settings),
        shop=BoundsInput(
            most_messages=own.most_messages, quiet_from_h=own.quiet_from_h, quiet_until_h=own.quiet_until_h
        ),
    )


async def set_bounds(records: Records, caller: Caller, shop_id: ShopId, new: BoundsInput) -> BoundsView:
    """A shop is stricter with itself, or no longer. Raises NotFoundError, ForbiddenError, InvalidInputError."""
    if (new.quiet_from_h is None) != (new.quiet_until_h is None):
        raise InvalidInputError(field="quiet_until_h", reason="only_one_hour")
    own = ShopBounds(most_messages=new.most_messages, quiet_from_h=new.quiet_from_h, quiet_until_h=new.quiet_until_h)
    check_bounds(tighten(platform_bounds(records.settings), own))
    async with records.database.transaction() as connection:
        await shops.require_right(connection, caller, shop_id, Scope.FANS_WRITE)
        await connection.execute(
            """
            INSERT INTO outreach.shop_rule (shop_id, most_messages, quiet_from_h, quiet_until_h)
            VALUES ($1, $2, $3, $4) ON CONFLICT (shop_id) DO UPDATE SET most_messages = excluded.most_messages,
                quiet_from_h = excluded.quiet_from_h, quiet_until_h = excluded.quiet_until_h
            """,
            shop_id,
            own.most_messages,
            own.quiet_from_h,
            own.quiet_until_h,
        )
        await shops.note_deed(connection, caller, shop_id, deed="outreach.bounds_set", target="")
        return await see_bounds(connection, records.settings, shop_id)
