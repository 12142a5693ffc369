"""What a wish would cost, and what would stand in its way. Reserves nothing."""

from enum import StrEnum

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import Contract, DomainError, InvalidInputError
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.promotion import CouponRefusal
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Database
from xiaodian.kit.clock import utc_now
from xiaodian.modules.orders.service.appraisal import JudgedCoupon, LineAppraisal, ShopAppraisal
from xiaodian.modules.orders.service.appraise import appraise
from xiaodian.modules.orders.service.checkout_facts import Ask, Facts, get_facts
from xiaodian.modules.orders.service.checkout_input import QuoteInput, check_wish


class LineProblem(StrEnum):
    """Why a line could not be bought as it was shown; the codes of the errors that a checkout would get."""

    NOT_ON_SALE = "not_on_sale"
    SOLD_ELSEWHERE = "sold_elsewhere"
    SOLD_OUT = "sold_out"
    PRICE_CHANGED = "price_changed"
    PURCHASE_LIMIT = "purchase_limit"
    NO_DELIVERY = "no_delivery"


class LineQuote(Contract, frozen=True, kw_only=True):
    """A line at the price of now."""

    sku_id: SkuId
    price_minor: int
    amount_minor: int
    available: int
    """What is left at this price."""
    problem: LineProblem | None
    limit: int | None
    """How many of it one buyer may have; null if any number."""
    left: int | None
    """How many of those this buyer may still have, lines before this one counted; null as `limit`."""


class ShopQuote(Contract, frozen=True, kw_only=True):
    """What one shop's order would come to; `coupon_refused` says why its coupon takes nothing off."""

    shop_id: ShopId
    shop_name: str
    is_open: bool
    lines: list[LineQuote]
    subtotal_minor: int
    off_minor: int
    platform_off_minor: int
    freight_minor: int
    total_minor: int
    coupon_refused: CouponRefusal | None


class Quote(Contract, frozen=True, kw_only=True):
    """The sums at the prices of now, lines with problems counted as if they had none."""

    shops: list[ShopQuote]
    platform_coupon_refused: CouponRefusal | None
    total_minor: int
    currency: str


async def quote(database: Database, caller: Caller, wish: QuoteInput) -> Quote:
    """Price a wish. Raises InvalidInputError."""
    check_wish(wish)
    ask = Ask(buyer_id=caller.account_id, wish=wish, address_id=wish.address_id)
    async with database.connection() as connection:
        facts = await get_facts(connection, [ask], utc_now(), lock=False)
    appraisal = appraise(caller.account_id, wish, facts, _get_region(ask, facts))
    return Quote(
        shops=[_to_quote(part, facts) for part in appraisal.shops],
        platform_coupon_refused=_refusal(appraisal.coupon),
        total_minor=sum(part.total_minor for part in appraisal.shops),
        currency=appraisal.currency,
    )


def _get_region(ask: Ask, facts: Facts) -> str:
    if ask.address_id is None:
        return ""
    address = facts.addresses.get((ask.buyer_id, ask.address_id))
    if address is None:
        raise InvalidInputError(field="address_id", reason="unknown")
    return address.region


def _to_quote(part: ShopAppraisal, facts: Facts) -> ShopQuote:
    return ShopQuote(
        shop_id=part.shop.shop_id,
        shop_name=part.shop.name,
        is_open=part.shop.is_open,
        lines=[_to_line_quote(line, facts) for line in part.lines],
        subtotal_minor=part.subtotal_minor,
        off_minor=part.off_minor,
        platform_off_minor=part.platform_off_minor,
        freight_minor=part.freight_minor,
        total_minor=part.total_minor,
        coupon_refused=_refusal(part.coupon),
    )


def _to_line_quote(line: LineAppraisal, facts: Facts) -> LineQuote:
    limit, left = line.limit_left or (None, None)
    return LineQuote(
        sku_id=line.sku.sku_id,
        price_minor=line.price_minor,
        amount_minor=line.amount_minor,
        available=facts.shelf.left(line.stock_id),
        problem=_name_problem(line.problem),
        limit=limit,
        left=left,
    )


def _name_problem(problem: DomainError | None) -> LineProblem | None:
    return LineProblem(problem.code) if problem is not None else None


def _refusal(coupon: JudgedCoupon | None) -> CouponRefusal | None:
    return coupon.refused if coupon is not None else None
