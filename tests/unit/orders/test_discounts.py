"""How discounts are spread: to the cent, and nobody ends with nothing to pay."""

from hypothesis import given
from hypothesis import strategies as st

from xiaodian.modules.orders.checkout_rules import most_platform_off, spread_over_lines, spread_over_orders

AMOUNTS = st.lists(st.integers(1, 100_000_000), min_size=1, max_size=50)


@given(AMOUNTS, st.data())
def test_the_parts_of_a_platform_coupon_add_up_and_leave_each_order_a_cent_to_pay(
    amounts: list[int], data: st.DataObject
) -> None:
    off_minor = data.draw(st.integers(0, most_platform_off(amounts)))
    parts = spread_over_orders(off_minor, amounts)
    assert sum(parts) == off_minor
    assert all(0 <= part < amount for part, amount in zip(parts, amounts, strict=True))


@given(AMOUNTS)
def test_the_largest_coupon_leaves_exactly_a_cent_an_order(amounts: list[int]) -> None:
    parts = spread_over_orders(most_platform_off(amounts), amounts)
    assert [amount - part for part, amount in zip(parts, amounts, strict=True)] == [1] * len(amounts)


@given(AMOUNTS, st.data())
def test_the_parts_of_a_discount_add_up_and_take_off_no_line_more_than_it_costs(
    amounts: list[int], data: st.DataObject
) -> None:
    off_minor = data.draw(st.integers(0, sum(amounts) - 1))
    parts = spread_over_lines(off_minor, amounts)
    assert sum(parts) == off_minor
    assert all(0 <= part <= amount for part, amount in zip(parts, amounts, strict=True))


@given(st.integers(1, 100_000), st.integers(2, 20), st.data())
def test_lines_of_one_price_share_a_discount_to_the_cent(amount: int, count: int, data: st.DataObject) -> None:
    off_minor = data.draw(st.integers(0, amount * count - 1))
    parts = spread_over_lines(off_minor, [amount] * count)
    assert max(parts) - min(parts) <= 1


@given(AMOUNTS, AMOUNTS, st.data())
def test_shop_coupon_and_platform_coupon_together_take_off_no_line_more_than_it_costs(
    first: list[int], second: list[int], data: st.DataObject
) -> None:
    shops = []
    for amounts in (first, second):
        off = spread_over_lines(data.draw(st.integers(0, sum(amounts) - 1)), amounts)
        shops.append([amount - part for amount, part in zip(amounts, off, strict=True)])
    goods = [sum(left) for left in shops]
    parts = spread_over_orders(data.draw(st.integers(0, most_platform_off(goods))), goods)
    for left, part in zip(shops, parts, strict=True):
        assert all(0 <= of_line <= rest for of_line, rest in zip(spread_over_lines(part, left), left, strict=True))
