"""A wish with today's prices on it, and what stands in its way."""

from collections.abc import Iterator
from uuid import UUID

import msgspec

from xiaodian.contracts.base import DomainError
from xiaodian.contracts.catalog import SkuAtSale, StockId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import ShopClosedError
from xiaodian.contracts.promotion import CouponRefusal, CouponRefusedError, CouponVerdict, CouponWish
from xiaodian.contracts.shops import Shop
from xiaodian.modules.orders.service.checkout_input import ShopInput


class JudgedCoupon(msgspec.Struct, frozen=True):
    """A coupon that was wished for, and what it gives."""

    wish: CouponWish
    verdict: CouponVerdict

    @property
    def refused(self) -> CouponRefusal | None:
        """Why it gives nothing."""
        return self.verdict.refused


class LineAppraisal(msgspec.Struct):
    """A line at the price of now."""

    sku: SkuAtSale
    stock_id: StockId
    room_id: RoomId | None
    video_id: VideoId | None
    video_at_ms: int | None
    quantity: int
    price_minor: int
    amount_minor: int
    off_minor: int = 0
    platform_off_minor: int = 0
    limit_ids: list[UUID] = []
    limit_per_buyer: int | None = None
    """The smallest of the limits it counts against."""
    limit_left: tuple[int, int] | None = None
    """Of the limit that leaves the buyer the fewest pieces: the limit, and how many more the buyer may have."""
    problem: DomainError | None = None


class ShopAppraisal(msgspec.Struct):
    """The lines of one shop, what comes off and what is added."""

    shop: Shop
    currency: str
    lines: list[LineAppraisal] = []
    said: ShopInput | None = None
    subtotal_minor: int = 0
    off_minor: int = 0
    platform_off_minor: int = 0
    freight_minor: int = 0
    coupon: JudgedCoupon | None = None

    @property
    def goods_minor(self) -> int:
        """The goods after the shop's coupon."""
        return self.subtotal_minor - self.off_minor

    @property
    def total_minor(self) -> int:
        """What the buyer would pay this shop."""
        return self.goods_minor - self.platform_off_minor + self.freight_minor


class Appraisal(msgspec.Struct):
    """All shops of a wish."""

    shops: list[ShopAppraisal]
    currency: str
    coupon: JudgedCoupon | None = None
    """The platform's."""

    def find_problem(self) -> DomainError | None:
        """The first thing that stands in the way; None if nothing does."""
        for part in self.shops:
            for problem in _problems_of(part):
                return problem
        if self.coupon is not None and self.coupon.refused is not None:
            return CouponRefusedError(field="platform_coupon_code", reason=self.coupon.refused)
        return None


def _problems_of(part: ShopAppraisal) -> Iterator[DomainError]:
    if not part.shop.is_open:
        yield ShopClosedError(shop_id=str(part.shop.shop_id), shop_name=part.shop.name)
    for line in part.lines:
        if line.problem is not None:
            yield line.problem
    if part.coupon is not None and part.coupon.refused is not None:
        yield CouponRefusedError(
            field="coupon_code",
            reason=part.coupon.refused,
            shop_id=str(part.shop.shop_id),
            shop_name=part.shop.name,
        )
