"""Pure decisions about coupons, purchase limits and prices."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import StockId
from xiaodian.contracts.orders import IllegalMoveError
from xiaodian.contracts.promotion import (
    CouponId,
    CouponRefusal,
    CouponVerdict,
    CouponWish,
    DishonestPriceError,
    FlashSale,
)
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.promotion.models import CommissionState

HONEST_PRICE_DAYS = 30
"""How far back the lowest ordinary price is looked for that a flash price must be below.

The trade asks for 14 to 30 days; the law for the lowest price of the 7 days before, if no other base is named
(规范促销行为暂行规定, State Administration for Market Regulation, Order 32 of 2020, on price promotions). We take the
longest, which satisfies all.
"""
ANNOUNCED_AHEAD = timedelta(hours=1)
"""Rooms show the next flash sale so long before it starts."""
LONGEST_FLASH_SALE = timedelta(days=31)
FARTHEST_FLASH_SALE = timedelta(days=180)
MOST_LEVELS = 6
"""Of a shop's fan club."""
LONGEST_EARLY_S = 24 * 3600
LEAST_HEAD_START = timedelta(seconds=1)
"""Less before others is no advantage that anybody could use, and may be no more than how milliseconds were rounded."""
FIRST_SWEEP = timedelta(minutes=1)
LAST_SWEEP = timedelta(days=120)
"""Longer after a flash sale's end nothing comes back any more: orders are paid, shipped, returned or done."""


class Coupon(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon as it stands in the database."""

    coupon_id: CouponId
    shop_id: ShopId
    code: str
    currency: str
    off_minor: int
    min_spend_minor: int
    quota: int
    per_account: int
    redeemed: int
    valid_until: datetime
    title: str
    is_listed: bool
    """Whether buyers are shown it; else only who knows the code can use it."""
    valid_from: datetime
    ended_at: datetime | None
    is_personal: bool = False
    """Whether only those can use it to whom it was made out."""


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon that one order (or checkout) redeems."""

    order_id: UUID
    """The checkout's, for a coupon of the platform."""
    wish: CouponWish
    coupon_id: CouponId
    off_minor: int


def normalize_code(code: str) -> str:
    """Codes are told by voice and typed on phones: case and blanks around them do not matter."""
    return code.strip().upper()


def judge(coupon: Coupon | None, wish: CouponWish, *, redeemed: int, by_account: int, now: datetime) -> CouponVerdict:
    """Whether a coupon applies, given how often it was redeemed so far in all and by this account."""
    refused: CouponRefusal | None = None
    if coupon is None or coupon.currency != wish.currency:
        refused = CouponRefusal.UNKNOWN
    elif now >= coupon.valid_until or coupon.ended_at is not None:
        refused = CouponRefusal.EXPIRED
    elif now < coupon.valid_from:
        refused = CouponRefusal.NOT_YET
    elif redeemed >= coupon.quota:
        refused = CouponRefusal.USED_UP
    elif by_account >= coupon.per_account:
        refused = CouponRefusal.ALREADY_USED
    elif wish.subtotal_minor < max(coupon.min_spend_minor, 2):
        refused = CouponRefusal.MIN_SPEND
    if refused is not None or coupon is None:
        return CouponVerdict(coupon_id=None, off_minor=0, refused=refused)
    # Something must be left to pay, or no provider would take the charge.
    off_minor = min(coupon.off_minor, wish.subtotal_minor - 1)
    return CouponVerdict(coupon_id=coupon.coupon_id, off_minor=off_minor, refused=None)


class CouponBook:
    """The coupons that one transaction has read (and locked, if it redeems), and what it has redeemed so far.

    Several orders are judged against the same book, one after the other; nothing is written until all are.
    """

    def __init__(
        self,
        coupons: Iterable[Coupon],
        used: Mapping[tuple[CouponId, UUID], int],
        held: Set[tuple[CouponId, UUID]] = frozenset(),
    ) -> None:
        self._coupons = {(coupon.shop_id, coupon.code): coupon for coupon in coupons}
        self._held = held
        self._by_account = Counter(used)
        self._redeemed: Counter[CouponId] = Counter()
        self.redemptions: list[Redemption] = []

    def judge(self, wish: CouponWish, now: datetime) -> CouponVerdict:
        """Whether the wish would be granted now. Changes nothing."""
        coupon = self._coupons.get((wish.shop_id, normalize_code(wish.code)))
        # To anybody else a coupon made out to one person does not exist.
        if coupon is None or (coupon.is_personal and (coupon.coupon_id, wish.account_id) not in self._held):
            return judge(None, wish, redeemed=0, by_account=0, now=now)
        return judge(
            coupon,
            wish,
            redeemed=coupon.redeemed + self._redeemed[coupon.coupon_id],
            by_account=self._by_account[coupon.coupon_id, wish.account_id],
            now=now,
        )

    def redeem(self, wish: CouponWish, verdict: CouponVerdict, order_id: UUID) -> None:
        """Redeem for an order (for a checkout, if the platform pays) what `judge` has just granted."""
        assert verdict.coupon_id is not None
        self._redeemed[verdict.coupon_id] += 1
        self._by_account[verdict.coupon_id, wish.account_id] += 1
        self.redemptions.append(
            Redemption(order_id=order_id, wish=wish, coupon_id=verdict.coupon_id, off_minor=verdict.off_minor)
        )


class LimitBook:
    """How many pieces accounts have bought so far under limits, as one transaction has read (and locked) it.

    A limit is named by the id of what it limits: a product, a flash sale.
    """

    def __init__(self, bought: Mapping[tuple[UUID, AccountId], int]) -> None:
        self._bought = bought
        self.counted: Counter[tuple[UUID, AccountId]] = Counter()

    def left(self, limit_id: UUID, account_id: AccountId, limit: int) -> int:
        """How many more pieces the account may buy under this limit."""
        key = limit_id, account_id
        return max(0, limit - self._bought.get(key, 0) - self.counted[key])

    def count(self, limit_id: UUID, account_id: AccountId, quantity: int) -> None:
        """The account buys so many; the book must have been opened with this pair."""
        assert (limit_id, account_id) in self._bought
        self.counted[limit_id, account_id] += quantity


def choose_price(
    list_minor: int, live_minor: int | None, flash: FlashSale | None, flash_left: int, quantity: int
) -> tuple[int, StockId | None]:
    """What one piece costs, and the stock it is taken from (None: the SKU's own).

    The lowest of ordinary price, price of this room (if bought there) and flash price counts; the flash price only as
    long as its stock holds all the pieces wanted. At equal prices the flash sale's stock is left for others.
    """
    price_minor = list_minor if live_minor is None else min(list_minor, live_minor)
    if flash is not None and flash.price_minor < price_minor and quantity <= flash_left:
        return flash.price_minor, flash.flash_sale_id
    return price_minor, None


def opens_early(starts_at: datetime, early_s: int, now: datetime) -> datetime | None:
    """When the first may buy; None where others may as good as then, as in a sale that starts now."""
    opens_at = max(now, starts_at - timedelta(seconds=early_s))
    return opens_at if starts_at - opens_at >= LEAST_HEAD_START else None


def is_open_to(sale: FlashSale, level: int | None, now: datetime) -> bool:
    """Whether a buyer of this level in the shop's fan club (None: no member) may have the flash price now."""
    if now >= sale.starts_at:
        return True
    if sale.opens_at is None or sale.early_level is None or level is None:
        return False
    return now >= sale.opens_at and level >= sale.early_level


def check_time(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Whether a flash sale may be held then. Raises InvalidInputError."""
    if ends_at <= max(starts_at, now):
        raise InvalidInputError(field="ends_at_ms", reason="in_the_past" if ends_at <= now else "before_start")
    if ends_at - starts_at > LONGEST_FLASH_SALE:
        raise InvalidInputError(field="ends_at_ms", reason="lasts_too_long")
    if starts_at - now > FARTHEST_FLASH_SALE:
        raise InvalidInputError(field="starts_at_ms", reason="too_far_ahead")


def check_price(price_minor: int, list_minor: int, lowest_minor: int) -> None:
    """Whether a flash price is honest: below the present and the lowest recent ordinary price.

    Raises DishonestPriceError.
    """
    below_minor = min(list_minor, lowest_minor)
    if price_minor >= below_minor:
        raise DishonestPriceError(field="price_minor", below_minor=below_minor, days=HONEST_PRICE_DAYS)


def next_sweep(ended_at: datetime, now: datetime) -> datetime | None:
    """When to fetch again what unpaid or returned orders put back into the stock of a flash sale that is over.

    Each pause is as long as the sale has been over: soon while orders wait for their payment, seldom later.
    """
    age = now - ended_at
    return None if age > LAST_SWEEP else now + max(FIRST_SWEEP, age)


MAX_RATE_BP = 5000
"""Half of what a line brings: with the platform's fee and a provider's share something must be left to the shop."""


class CommissionDeed(StrEnum):
    """What is done to a commission that was proposed to a creator."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    END = "end"


COMMISSION_MOVES: dict[tuple[CommissionState, CommissionDeed], CommissionState] = {
    (CommissionState.PROPOSED, CommissionDeed.ACCEPT): CommissionState.OPEN,
    (CommissionState.PROPOSED, CommissionDeed.REFUSE): CommissionState.REFUSED,
    (CommissionState.PROPOSED, CommissionDeed.END): CommissionState.ENDED,
    (CommissionState.OPEN, CommissionDeed.END): CommissionState.ENDED,
}
"""Only the creator accepts or refuses; either side ends."""


def move_commission(state: CommissionState, deed: CommissionDeed) -> CommissionState:
    """The state after this deed; the state itself if the deed was done already. Raises IllegalMoveError."""
    to = COMMISSION_MOVES.get((state, deed))
    if to is not None:
        return to
    if any(target is state for (_, done), target in COMMISSION_MOVES.items() if done is deed):
        return state
    allowed = [possible.value for before, possible in COMMISSION_MOVES if before is state]
    raise IllegalMoveError(state=state, allowed=allowed)
