"""A shop's staff, or an operator for the platform, issues a coupon or ends it."""

from typing import Annotated
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from xiaodian.contracts.accounts import Caller, Scope
from xiaodian.contracts.base import Input, InvalidInputError, NotFoundError
from xiaodian.contracts.base import Line as OneLine
from xiaodian.contracts.promotion import PLATFORM, CouponCodeTakenError, CouponId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.promotion import queries
from xiaodian.modules.promotion.rules import Coupon, normalize_code
from xiaodian.modules.shops import api as shops

MAX_MINOR = 100_000_000
MAX_EPOCH_MS = 4_102_444_800_000  # 2100-01-01

_INSERT = """
    INSERT INTO promotion.coupon (shop_id, coupon_id, code, currency, off_minor, min_spend_minor, quota, per_account,
        valid_until, created_at, title, is_listed, valid_from, is_personal)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""


class NewCoupon(Input, frozen=True, kw_only=True):
    """A coupon: so much off, from such a spend on, so often in all and by one account, in this time."""

    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{3,32}(?![\s\S])")]
    off_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    min_spend_minor: Annotated[int, Meta(ge=0, le=MAX_MINOR)]
    quota: Annotated[int, Meta(ge=1, le=100_000_000)]
    per_account: Annotated[int, Meta(ge=1, le=1000)]
    valid_until_ms: Annotated[int, Meta(ge=0, le=MAX_EPOCH_MS)]
    valid_from_ms: Annotated[int, Meta(ge=0, le=MAX_EPOCH_MS)] | None = None
    """Null: from now on."""
    title: Annotated[OneLine, Meta(max_length=40)] = ""
    """What buyers read (`满30减5`)."""
    is_listed: bool = False
    """Whether buyers are shown it; else only who knows the code can use it."""
    is_personal: bool = False
    """Whether only those can use it to whom it is made out, such as by a message; they are shown it."""


async def create_coupon(database: Database, caller: Caller, shop_id: ShopId, new: NewCoupon) -> Coupon:
    """A new coupon of a shop, or of PLATFORM (operators only).

    Raises NotFoundError to others than staff, InvalidInputError, CouponCodeTakenError.
    """
    now = utc_now()
    coupon = Coupon(
        coupon_id=CouponId(new_id()),
        shop_id=shop_id,
        code=normalize_code(new.code),
        currency=DEFAULT_CURRENCY,
        off_minor=new.off_minor,
        min_spend_minor=new.min_spend_minor,
        quota=new.quota,
        per_account=new.per_account,
        redeemed=0,
        valid_until=from_epoch_ms(new.valid_until_ms),
        title=new.title.strip(),
        is_listed=new.is_listed,
        valid_from=now if new.valid_from_ms is None else from_epoch_ms(new.valid_from_ms),
        ended_at=None,
        is_personal=new.is_personal,
    )
    if coupon.valid_until <= now:
        raise InvalidInputError(field="valid_until_ms", reason="in_the_past")
    if coupon.valid_until <= coupon.valid_from:
        raise InvalidInputError(field="valid_until_ms", reason="before_start")
    async with database.transaction() as connection:
        await require_issuer(connection, caller, shop_id, Scope.PROMOTION_WRITE)
        try:
            await connection.execute(
                _INSERT,
                coupon.shop_id,
                coupon.coupon_id,
                coupon.code,
                coupon.currency,
                coupon.off_minor,
                coupon.min_spend_minor,
                coupon.quota,
                coupon.per_account,
                coupon.valid_until,
                now,
                coupon.title,
                coupon.is_listed,
                coupon.valid_from,
                coupon.is_personal,
            )
        except asyncpg.UniqueViolationError as error:
            raise CouponCodeTakenError(field="code") from error
        await _note(connection, caller, coupon, "coupon.created")
    return coupon


async def end_coupon(database: Database, caller: Caller, coupon_id: UUID) -> Coupon:
    """Nobody can redeem it any more; orders that did keep it. Ended already: nothing happens.

    Raises NotFoundError to others than the shop's staff (operators, if it is the platform's).
    """
    async with database.transaction() as connection:
        coupon = await queries.lock_coupon(connection, coupon_id)
        if coupon is None:
            raise NotFoundError
        await require_issuer(connection, caller, coupon.shop_id, Scope.PROMOTION_WRITE)
        if coupon.ended_at is not None:
            return coupon
        ended_at = utc_now()
        await connection.execute("UPDATE promotion.coupon SET ended_at = $2 WHERE coupon_id = $1", coupon_id, ended_at)
        await _note(connection, caller, coupon, "coupon.ended")
    return msgspec.structs.replace(coupon, ended_at=ended_at)


async def _note(connection: Connection, caller: Caller, coupon: Coupon, deed: str) -> None:
    """The platform's coupons are no shop's business."""
    if coupon.shop_id != PLATFORM:
        details = {"code": coupon.code}
        await shops.note_deed(
            connection, caller, coupon.shop_id, deed=deed, target=str(coupon.coupon_id), details=details
        )


async def require_issuer(connection: Connection, caller: Caller, shop_id: ShopId, right: Scope) -> None:
    """Operators issue the platform's coupons, staff with this right those of their shop.

    Raises NotFoundError to anybody else, ForbiddenError to staff without the right.
    """
    if shop_id != PLATFORM:
        await shops.require_right(connection, caller, shop_id, right)
    elif not caller.is_operator:
        raise NotFoundError
