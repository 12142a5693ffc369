"""A shop's staff issues a coupon."""

from typing import Annotated

import asyncpg
from msgspec import Meta

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import Input, InvalidInputError
from xiaodian.contracts.promotion import CouponCodeTakenError, CouponId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.kit.clock import from_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.kit.money import DEFAULT_CURRENCY
from xiaodian.modules.promotion.rules import Coupon, normalize_code
from xiaodian.modules.shops import api as shops

MAX_MINOR = 100_000_000
MAX_EPOCH_MS = 4_102_444_800_000  # 2100-01-01


class NewCoupon(Input, frozen=True, kw_only=True):
    """A coupon: so much off, from such a spend on, so often in all and by one account, until then."""

    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{3,32}(?![\s\S])")]
    off_minor: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    min_spend_minor: Annotated[int, Meta(ge=0, le=MAX_MINOR)]
    quota: Annotated[int, Meta(ge=1, le=100_000_000)]
    per_account: Annotated[int, Meta(ge=1, le=1000)]
    valid_until_ms: Annotated[int, Meta(ge=0, le=MAX_EPOCH_MS)]


async def create_coupon(database: Database, caller: Caller, shop_id: ShopId, new: NewCoupon) -> Coupon:
    """A new coupon of a shop. Raises NotFoundError to others than staff, InvalidInputError, CouponCodeTakenError."""
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
        title="",
        is_listed=False,
        valid_from=now,
        ended_at=None,
    )
    if coupon.valid_until <= now:
        raise InvalidInputError(field="valid_until_ms", reason="in_the_past")
    async with database.transaction() as connection:
        await shops.require_staff(connection, shop_id, caller.account_id)
        try:
            await connection.execute(
                """
                INSERT INTO promotion.coupon (shop_id, coupon_id, code, currency, off_minor, min_spend_minor, quota,
                    per_account, valid_until, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """,
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
            )
        except asyncpg.UniqueViolationError as error:
            raise CouponCodeTakenError(field="code") from error
    return coupon
