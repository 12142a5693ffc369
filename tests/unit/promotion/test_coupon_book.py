"""Coupons judged one after the other."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.promotion import CouponId, CouponRefusal, CouponWish
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.promotion.rules import Coupon, CouponBook

NOW = datetime(2026, 11, 11, tzinfo=UTC)
SHOP, COUPON = ShopId(uuid4()), CouponId(uuid4())


def coupon(**more: Any) -> Coupon:
    """5.00 off from 20.00 on, twice in all, once an account."""
    values = {
        "coupon_id": COUPON,
        "shop_id": SHOP,
        "code": "SAVE5",
        "currency": "CNY",
        "off_minor": 500,
        "min_spend_minor": 2000,
        "quota": 2,
        "per_account": 1,
        "redeemed": 0,
        "valid_until": NOW + timedelta(days=1),
        "title": "满20减5",
        "is_listed": False,
        "valid_from": NOW,
        "ended_at": None,
    }
    return Coupon(**{**values, **more})


def wish(**more: Any) -> CouponWish:
    """Somebody who buys for 30.00."""
    values = {
        "code": " save5 ",
        "account_id": AccountId(uuid4()),
        "shop_id": SHOP,
        "subtotal_minor": 3000,
        "currency": "CNY",
    }
    return CouponWish(**{**values, **more})


@pytest.mark.parametrize(
    ("of_coupon", "of_wish", "refused"),
    [
        ({}, {"code": "OTHER"}, CouponRefusal.UNKNOWN),
        ({}, {"shop_id": ShopId(uuid4())}, CouponRefusal.UNKNOWN),
        ({}, {"currency": "USD"}, CouponRefusal.UNKNOWN),
        ({"valid_until": NOW}, {}, CouponRefusal.EXPIRED),
        ({"ended_at": NOW - timedelta(seconds=1)}, {}, CouponRefusal.EXPIRED),
        ({"valid_from": NOW + timedelta(seconds=1)}, {}, CouponRefusal.NOT_YET),
        ({"redeemed": 2}, {}, CouponRefusal.USED_UP),
        ({}, {"subtotal_minor": 1999}, CouponRefusal.MIN_SPEND),
        ({"min_spend_minor": 0}, {"subtotal_minor": 1}, CouponRefusal.MIN_SPEND),
    ],
)
def test_a_coupon_that_does_not_apply_says_why(
    of_coupon: dict[str, Any], of_wish: dict[str, Any], refused: CouponRefusal
) -> None:
    verdict = CouponBook([coupon(**of_coupon)], {}).judge(wish(**of_wish), NOW)
    assert (verdict.refused, verdict.off_minor, verdict.coupon_id) == (refused, 0, None)


def test_what_one_order_redeems_the_next_cannot() -> None:
    book, first = CouponBook([coupon()], {}), wish()
    book.redeem(first, book.judge(first, NOW), uuid4())
    assert book.judge(first, NOW).refused is CouponRefusal.ALREADY_USED
    second = wish()
    book.redeem(second, book.judge(second, NOW), uuid4())
    assert book.judge(wish(), NOW).refused is CouponRefusal.USED_UP


def test_judging_alone_uses_nothing_up() -> None:
    book = CouponBook([coupon(quota=1)], {})
    assert [book.judge(wish(), NOW).off_minor for _ in range(3)] == [500, 500, 500]


def test_something_is_left_to_pay_however_large_the_coupon() -> None:
    verdict = CouponBook([coupon(off_minor=9999, min_spend_minor=0)], {}).judge(wish(subtotal_minor=300), NOW)
    assert verdict.off_minor == 299


def test_what_an_account_used_before_counts() -> None:
    mine = wish()
    book = CouponBook([coupon(per_account=2)], {(COUPON, mine.account_id): 2})
    assert book.judge(mine, NOW).refused is CouponRefusal.ALREADY_USED
