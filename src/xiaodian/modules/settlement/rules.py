"""Pure decisions about money that is split, taken back, paid out. Each rule says where it comes from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone

import msgspec

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import Line, LineRefund, Order
from xiaodian.contracts.payments import RefundTooLargeError
from xiaodian.contracts.settlement import IllegalPayoutMoveError, PayoutState
from xiaodian.kit.money import split_minor
from xiaodian.modules.settlement.models import FREIGHT_LINE, Parts, PayoutDeed, Rates, ServiceShare, Share

WHOLE_BP = 10_000

# From which state what may be done with a payout, and which state follows. What is not here is refused.
MOVES: Mapping[tuple[PayoutState, PayoutDeed], PayoutState] = {
    (PayoutState.REQUESTED, PayoutDeed.RELEASE): PayoutState.RELEASED,
    (PayoutState.REQUESTED, PayoutDeed.REJECT): PayoutState.REJECTED,
    (PayoutState.RELEASED, PayoutDeed.REJECT): PayoutState.REJECTED,
    (PayoutState.RELEASED, PayoutDeed.PUT_IN_BATCH): PayoutState.IN_BATCH,
    (PayoutState.IN_BATCH, PayoutDeed.REPORT_PAID): PayoutState.PAID,
    (PayoutState.IN_BATCH, PayoutDeed.REPORT_FAILED): PayoutState.FAILED,
}
ON_THE_WAY = (PayoutState.REQUESTED, PayoutState.RELEASED, PayoutState.IN_BATCH)
RETURNED = (PayoutState.FAILED, PayoutState.REJECTED)


def list_allowed(state: PayoutState) -> list[PayoutDeed]:
    """What may be done with a payout in this state."""
    return [deed for before, deed in MOVES if before is state]


def get_next_state(state: PayoutState, deed: PayoutDeed) -> PayoutState:
    """The state that follows. Raises IllegalPayoutMoveError, which names what is allowed."""
    if (state, deed) not in MOVES:
        raise IllegalPayoutMoveError(state=state, allowed=list_allowed(state))
    return MOVES[state, deed]


def contract_at(contracts: Sequence[ServiceShare], moment: datetime) -> ServiceShare | None:
    """The contract that ran at a moment: an order is shared as was agreed when it was placed."""
    for contract in contracts:
        has_ended = contract.ended_at is not None and contract.ended_at <= moment
        if contract.started_at <= moment and not has_ended:
            return contract
    return None


def cap_rates(fee_bp: int, commission_bp: int, service_bp: int) -> Rates:
    """Rates that fit into the whole: the platform's fee first, then commission, then service."""
    fee = min(fee_bp, WHOLE_BP)
    commission = min(commission_bp, WHOLE_BP - fee)
    return Rates(fee_bp=fee, commission_bp=commission, service_bp=min(service_bp, WHOLE_BP - fee - commission))


def fit_rates(line: Line, service_bp: int) -> Rates:
    """The rates of a line, made to fit into the whole: the platform's fee first, then commission, then service.

    Fee and commission are frozen on the line when it is bought, as is the habit of every platform; the fee stands in
    the public schedule of categories (电子商务法 art. 33, 35: rules are public, no charges that are not in them).
    A shop may have promised a creator and a service provider more than there is: who was promised later gets less.
    """
    return cap_rates(line.fee_bp, line.commission_bp if line.creator_id else 0, service_bp)


def split_goods(goods_minor: int, rates: Rates) -> Parts:
    """What a line brought, among shop, platform, creator and service provider, to the last cent.

    Largest remainder (Hamilton's rule): each gets its proportion rounded down, and the cents that are left go one each
    to the largest fractions; of equal ones to the shop first. Nobody gets more than a cent beside the exact part.
    """
    shop_bp = WHOLE_BP - rates.fee_bp - rates.commission_bp - rates.service_bp
    shop, fee, commission, service = split_minor(
        goods_minor, [shop_bp, rates.fee_bp, rates.commission_bp, rates.service_bp]
    )
    return Parts(shop_minor=shop, fee_minor=fee, commission_minor=commission, service_minor=service)


def split_order(order: Order, service: ServiceShare | None) -> list[Share]:
    """The shares of everything that an order has left: each line by its own rates, the freight whole to the shop.

    Freight is what the shop pays the carrier; no platform of the trade takes commission on it.
    """
    shares = []
    for line in order.lines:
        rates = fit_rates(line, service.rate_bp if service else 0)
        shares.append(
            Share(
                line_no=line.line_no,
                rates=rates,
                creator_id=line.creator_id,
                provider_id=service.provider_id if service else None,
                parts=split_goods(line.goods_minor, rates),
            )
        )
    freight_minor = order.freight_minor - order.refunded_freight_minor
    if freight_minor:
        free = Rates(fee_bp=0, commission_bp=0, service_bp=0)
        parts = Parts(shop_minor=freight_minor)
        shares.append(Share(line_no=FREIGHT_LINE, rates=free, creator_id=None, provider_id=None, parts=parts))
    return shares


def sum_parts(parts: Iterable[Parts]) -> Parts:
    """All of them together."""
    total = Parts()
    for part in parts:
        total += part
    return total


def take_back(amount_minor: int, left: Parts) -> Parts:
    """A sum taken back from those who have got `left` of the same line, in the proportion of what each has left.

    So a line's own frozen rates hold, never a blend of the order's; whoever got nothing gives nothing; when all of it
    goes back everybody has given back exactly what they got. Raises RefundTooLargeError.
    """
    if not 0 <= amount_minor <= left.total_minor:
        raise RefundTooLargeError(left_minor=left.total_minor)
    if amount_minor == 0:
        return Parts()
    shop, fee, commission, service = split_minor(
        amount_minor, [left.shop_minor, left.fee_minor, left.commission_minor, left.service_minor]
    )
    return Parts(shop_minor=shop, fee_minor=fee, commission_minor=commission, service_minor=service)


def take_back_lines(shares: Sequence[Share], lines: Sequence[LineRefund], freight_minor: int) -> dict[int, Parts]:
    """What a refund after settlement takes from each line's share. Raises RefundTooLargeError."""
    amounts = {line.line_no: line.refund_minor + line.platform_minor for line in lines}
    if freight_minor:
        amounts[FREIGHT_LINE] = freight_minor
    left = {share.line_no: share.parts - share.back for share in shares}
    return {
        line_no: take_back(amount_minor, left.get(line_no, Parts()))
        for line_no, amount_minor in amounts.items()
        if amount_minor
    }


def draw_on_deposit(shop_minor: int, balance_minor: int, deposit_minor: int) -> int:
    """How much of the shop's part of a claw-back comes out of its deposit: what its balance does not cover.

    电子商务法 art. 58: a shop's deposit with the platform stands for the rights of consumers. What neither covers is
    the shop's debt: its balance goes below zero and is made up by what it sells next.
    """
    return min(max(shop_minor - max(balance_minor, 0), 0), max(deposit_minor, 0))


def creator_hold_begins(now: datetime, hold_days: int) -> datetime:
    """Commission settled after this moment cannot be paid out yet; the trade pays creators some days after the shop."""
    return now - timedelta(days=hold_days)


class Period(msgspec.Struct, frozen=True):
    """From a moment to another; the second one is no part of it."""

    start: datetime
    end: datetime


def day_of_books(day: date, utc_offset_h: int) -> Period:
    """A day as the books count it. Raises InvalidInputError for days that no books have."""
    if not 2000 <= day.year <= 2999:
        raise InvalidInputError(field="day", reason="out_of_range")
    start = datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=utc_offset_h)))
    return Period(start, start + timedelta(days=1))


def month_of_books(month: date, utc_offset_h: int) -> Period:
    """A month as the books count it, named by any of its days."""
    first = month.replace(day=1)
    start = day_of_books(first, utc_offset_h).start
    return Period(start, day_of_books(next_month(first), utc_offset_h).start)


def next_month(month: date) -> date:
    """The first day of the month after this one."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def date_in_books(moment: datetime, utc_offset_h: int) -> date:
    """The day of a moment as the books count it."""
    return moment.astimezone(timezone(timedelta(hours=utc_offset_h))).date()


def parse_month(text: str) -> date:
    """The first day of `2026-11`. Raises InvalidInputError."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise InvalidInputError(field="month", reason="not_a_month") from error
    if not 2000 <= month.year <= 2998:
        raise InvalidInputError(field="month", reason="out_of_range")
    return month


def parse_period(text: str, utc_offset_h: int) -> Period:
    """A day (`2026-11-28`) or a month (`2026-11`) as the books count them. Raises InvalidInputError."""
    if text.count("-") == 1:
        return month_of_books(parse_month(text), utc_offset_h)
    try:
        return day_of_books(date.fromisoformat(text), utc_offset_h)
    except ValueError as error:
        raise InvalidInputError(field="period", reason="not_a_day") from error


def parse_day(text: str) -> date:
    """`2026-11-11`. Raises InvalidInputError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(field="day", reason="not_a_day") from error
