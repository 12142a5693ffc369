"""What a product may become, and what makes sense of it."""

from uuid import uuid4

import pytest

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import IllegalProductMoveError, ProductOption, ProductState, SkuId, SkuTerms
from xiaodian.modules.catalog.bulk_rules import PriceRounding, reprice
from xiaodian.modules.catalog.product_rules import Mover, check_variants, first_state, wished_state

COLOURS = ProductOption(name="颜色", values=["红", "白"])
SIZES = ProductOption(name="尺码", values=["S", "M"])


def variant(*values: str, name: str = "", code: str | None = None) -> SkuTerms:
    """A SKU of a combination."""
    return SkuTerms(
        sku_id=SkuId(uuid4()), name=name or " ".join(values), price_minor=1, option_values=[*values], code=code
    )


@pytest.mark.parametrize(
    ("before", "wish", "mover", "after"),
    [
        ("draft", "on_sale", Mover.FREE_SELLER, "on_sale"),
        ("draft", "on_sale", Mover.SELLER, "in_review"),
        ("rejected", "on_sale", Mover.SELLER, "in_review"),
        ("rejected", "draft", Mover.SELLER, "draft"),
        ("in_review", "on_sale", Mover.SELLER, "in_review"),
        ("in_review", "draft", Mover.SELLER, "draft"),
        ("in_review", "on_sale", Mover.OPERATOR, "on_sale"),
        ("in_review", "rejected", Mover.OPERATOR, "rejected"),
        ("off", "on_sale", Mover.SELLER, "on_sale"),
        ("on_sale", "off", Mover.SELLER, "off"),
    ],
)
def test_a_product_moves_as_whoever_moves_it_may(before: str, wish: str, mover: Mover, after: str) -> None:
    assert wished_state(ProductState(before), ProductState(wish), mover) is ProductState(after)


@pytest.mark.parametrize(
    ("before", "wish", "mover"),
    [
        ("in_review", "rejected", Mover.SELLER),
        ("on_sale", "draft", Mover.FREE_SELLER),
        ("off", "draft", Mover.FREE_SELLER),
        ("draft", "on_sale", Mover.OPERATOR),
        ("draft", "rejected", Mover.FREE_SELLER),
        ("draft", "off", Mover.SELLER),
    ],
)
def test_no_other_moves_are_allowed(before: str, wish: str, mover: Mover) -> None:
    with pytest.raises(IllegalProductMoveError):
        wished_state(ProductState(before), ProductState(wish), mover)


def test_nothing_gets_round_the_review_by_being_born_off_sale() -> None:
    assert first_state(ProductState.OFF, Mover.SELLER) is ProductState.DRAFT
    assert first_state(ProductState.ON_SALE, Mover.SELLER) is ProductState.IN_REVIEW
    assert first_state(ProductState.ON_SALE, Mover.FREE_SELLER) is ProductState.ON_SALE


def test_every_variant_is_one_combination_of_the_options() -> None:
    check_variants([COLOURS, SIZES], [variant("红", "S"), variant("红", "M"), variant("白", "S")])
    check_variants([], [variant(name="3斤装"), variant(name="5斤装")])


@pytest.mark.parametrize(
    ("options", "skus", "field"),
    [
        ([COLOURS], [variant("绿")], "skus.0.option_values"),
        ([COLOURS], [variant(name="红")], "skus.0.option_values"),
        ([], [variant("红")], "skus.0.option_values"),
        ([COLOURS], [variant("红", name="a"), variant("红", name="b")], "skus.0.option_values"),
        ([COLOURS, COLOURS], [variant("红", "白")], "options"),
        ([ProductOption(name="颜色", values=["红", "红"])], [variant("红")], "options.0.values"),
        ([], [variant(name="a"), variant(name="a")], "skus"),
        ([], [variant(name="a", code="1"), variant(name="b", code="1")], "skus.0.code"),
    ],
)
def test_variants_that_a_buyer_could_not_tell_apart_are_refused(
    options: list[ProductOption], skus: list[SkuTerms], field: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        check_variants(options, skus)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("price", "percent_bp", "amount", "rounding", "after"),
    [
        (1990, -1000, 0, PriceRounding.NONE, 1791),
        (1990, 0, 100, PriceRounding.NONE, 2090),
        (1987, 0, 0, PriceRounding.TENTH, 1990),
        (1987, 0, 0, PriceRounding.WHOLE, 2000),
        (2031, 0, 0, PriceRounding.NINE, 1990),
        (2041, 0, 0, PriceRounding.NINE, 2090),
        (1, 0, 0, PriceRounding.NINE, None),
        (100, 0, -100, PriceRounding.NONE, None),
    ],
)
def test_prices_changed_together_stay_prices(
    price: int, percent_bp: int, amount: int, rounding: PriceRounding, after: int | None
) -> None:
    if after is not None:
        assert reprice(price, percent_bp, amount, rounding) == after
    else:
        with pytest.raises(InvalidInputError):
            reprice(price, percent_bp, amount, rounding)
