"""Pure decisions about coupons, purchase limits and prices."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import StockId
from xiaodian.contracts.promotion import CouponId, CouponRefusal, CouponVerdict, CouponWish, FlashSale
from xiaodian.contracts.shops import ShopId


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

    def __init__(self, coupons: Iterable[Coupon], used: Mapping[tuple[CouponId, UUID], int]) -> None:
        self._coupons = {(coupon.shop_id, coupon.code): coupon for coupon in coupons}
        self._by_account = Counter(used)
        self._redeemed: Counter[CouponId] = Counter()
        self.redemptions: list[Redemption] = []

    def judge(self, wish: CouponWish, now: datetime) -> CouponVerdict:
        """Whether the wish would be granted now. Changes nothing."""
        coupon = self._coupons.get((wish.shop_id, normalize_code(wish.code)))
        if coupon is None:
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
