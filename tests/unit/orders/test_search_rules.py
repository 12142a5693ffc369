"""What an order is found by."""

from uuid import uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.orders.test_order_rules import line, order_in

from xiaodian.contracts.orders import Line, Order, OrderState
from xiaodian.modules.orders.search_rules import (
    MAX_TOKENS,
    SearchText,
    facet,
    find_tokens,
    tokens_of,
)


def goods(title: str, sku_name: str = "") -> Line:
    """A line of these goods."""
    return msgspec.structs.replace(line(), title=title, sku_name=sku_name)


def order(**more: object) -> Order:
    """A paid order with something printed on it."""
    plain = {
        "number": "7K3M-9XQ2",
        "recipient": "欧阳 Anna",
        "phone": "+86 138-1234-5678",
        "region": "辽宁省 丹东市",
        "detail": "江城大街 12 号 Block B",
        "tracking_number": "SF1234567890123",
        "lines": [goods("ＮＦＣ鲜榨苹果汁", "1L × 6")],
    }
    return msgspec.structs.replace(order_in(OrderState.PAID), **plain | more)


def is_found(one: Order, text: str) -> bool:
    """Whether the text finds the order."""
    tokens = set(tokens_of(SearchText(one, ["老客户"], ["加急"])))
    return any(tokens >= set(way) for way in find_tokens(one.shop_id, text))


@pytest.mark.parametrize(
    "text",
    [
        "7k3m9xq2", "7K3M 9XQ2", "13812345678", "5678", "345678", "sf1234567890123", "0123", "欧阳", "欧", "anna",
        "ann", "江城大街 12", "nfc", "苹果汁", "1l", "老客户", "加急", "block b", "+86 138 1234 5678",
    ],
)  # fmt: skip
def test_what_stands_on_the_parcel_finds_it(text: str) -> None:
    assert is_found(order(), text)


@pytest.mark.parametrize("text", ["", "  ", "!?", "5679", "苹果酱", "7k3m", "annas", "大街江城"])
def test_what_does_not_stand_there_finds_nothing(text: str) -> None:
    assert not is_found(order(), text)


def test_tokens_of_two_shops_have_nothing_in_common() -> None:
    one = order()
    assert not set(tokens_of(SearchText(one))) & set(
        tokens_of(SearchText(msgspec.structs.replace(one, shop_id=uuid4())))
    )


@given(st.text(max_size=300), st.text(max_size=120))
def test_whatever_people_write_has_few_tokens_and_breaks_nothing(text: str, asked: str) -> None:
    one = order(detail=text, lines=[goods(text)] * 50)
    assert len(tokens_of(SearchText(one, [text] * 100))) <= MAX_TOKENS + 10
    assert all(-(2**63) <= token < 2**63 for way in find_tokens(one.shop_id, asked) for token in way)
    assert facet(one.shop_id, "tag", text) != facet(one.shop_id, "room", text)
