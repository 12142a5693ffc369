"""What carriage costs."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.orders import NoDeliveryError
from xiaodian.contracts.shops import FreightRate, FreightTemplate, RegionalRate, ShopId
from xiaodian.modules.shops.freight import FreightBook, Parcel, carriage_minor, check_regions, rate_for

SHOP, OTHER_SHOP = ShopId(uuid4()), ShopId(uuid4())
HERE, FAR, NEVER = "辽宁省 丹东市 振兴区", "新疆维吾尔自治区 伊犁州 伊宁市", "海外 某地"
RATE = FreightRate(first_g=1000, first_minor=800, more_g=500, more_minor=300, free_above_minor=9900)
FAR_RATE = FreightRate(first_g=1000, first_minor=2000, more_g=1000, more_minor=1500)
REGIONS = [RegionalRate(regions=["新疆", "西藏"], rate=FAR_RATE), RegionalRate(regions=["海外"], rate=None)]

grams, minors = st.integers(1, 5000), st.integers(0, 5000)
rates = st.builds(
    FreightRate,
    first_g=grams,
    first_minor=minors,
    more_g=grams,
    more_minor=minors,
    free_above_minor=st.none() | st.integers(0, 20_000),
)


def template(
    rate: FreightRate = RATE, *, is_default: bool = True, shop_id: ShopId = SHOP, **more: Any
) -> FreightTemplate:
    """A template of the shop."""
    return FreightTemplate(
        template_id=uuid4(), shop_id=shop_id, name="普通", is_default=is_default, rate=rate,
        exceptions=more.get("exceptions", REGIONS),
    )  # fmt: skip


def parcel(weight_g: int, amount_minor: int = 100, template_id: UUID | None = None) -> Parcel:
    """Pieces of some SKU."""
    return Parcel(template_id, weight_g, amount_minor, SkuId(uuid4()))


@pytest.mark.parametrize(
    ("weight_g", "freight_minor"),
    [(0, 800), (1, 800), (1000, 800), (1001, 1100), (1500, 1100), (1501, 1400), (10_000, 800 + 18 * 300)],
)
def test_each_step_of_weight_begun_is_paid_whole(weight_g: int, freight_minor: int) -> None:
    assert FreightBook([template()]).reckon(SHOP, HERE, [parcel(weight_g)]) == freight_minor


@pytest.mark.parametrize(("goods_minor", "freight_minor"), [(9899, 800), (9900, 0), (20_000, 0)])
def test_from_the_spend_on_it_is_free(goods_minor: int, freight_minor: int) -> None:
    assert FreightBook([template()]).reckon(SHOP, HERE, [parcel(10, goods_minor)]) == freight_minor


def test_a_shop_without_templates_carries_for_nothing() -> None:
    assert FreightBook([]).reckon(SHOP, HERE, [parcel(10_000)]) == 0
    assert FreightBook([template(shop_id=OTHER_SHOP)]).reckon(SHOP, HERE, [parcel(10_000)]) == 0


def test_goods_of_one_template_travel_together_and_pay_the_first_grams_once() -> None:
    book = FreightBook([template()])
    assert book.reckon(SHOP, HERE, [parcel(600), parcel(600), parcel(600)]) == 800 + 2 * 300


def test_goods_of_several_templates_travel_apart_and_are_free_by_what_is_bought_together() -> None:
    cold = template(FreightRate(first_g=1000, first_minor=2500, more_g=1000, more_minor=900), is_default=False)
    book = FreightBook([template(), cold])
    parcels = [parcel(600, 9000), parcel(600, 900, cold.template_id), parcel(600, 900, cold.template_id)]
    assert book.reckon(SHOP, HERE, parcels) == 0 + 2500 + 900
    assert book.reckon(SHOP, HERE, parcels[:2]) == 0 + 2500
    assert book.reckon(SHOP, HERE, [parcels[0]]) == 800


def test_a_removed_template_gives_way_to_the_default() -> None:
    assert FreightBook([template()]).reckon(SHOP, HERE, [parcel(1, template_id=uuid4())]) == 800
    assert FreightBook([template(is_default=False)]).reckon(SHOP, HERE, [parcel(1, template_id=uuid4())]) == 0


def test_a_template_of_another_shop_counts_for_nothing() -> None:
    foreign = template(shop_id=OTHER_SHOP)
    assert FreightBook([foreign]).reckon(SHOP, HERE, [parcel(1, template_id=foreign.template_id)]) == 0


def test_far_regions_have_their_own_price_and_their_own_free_above() -> None:
    assert FreightBook([template()]).reckon(SHOP, FAR, [parcel(1500, 50_000)]) == 3500


def test_what_is_not_delivered_is_named() -> None:
    other = template(is_default=False, exceptions=[])
    book = FreightBook([template(), other])
    fine, refused = parcel(1, template_id=other.template_id), parcel(1)
    with pytest.raises(NoDeliveryError) as caught:
        book.reckon(SHOP, NEVER, [fine, refused])
    assert caught.value.params == {"sku_id": refused.sku_id, "region": NEVER}
    assert book.find_undeliverable(SHOP, NEVER, [fine, refused]) == {refused.sku_id}
    assert book.find_undeliverable(SHOP, HERE, [fine, refused]) == set()


@pytest.mark.parametrize(
    ("region", "first_minor"),
    [
        ("辽宁省 大连市", 1),
        ("辽宁省丹东市 振兴区", 2),
        ("辽宁省 丹东市", 2),
        (" 辽宁省  丹东市 东港", 2),
        ("吉林省 长春市", 0),
        ("", 0),
        ("辽宁", 0),
        ("吉林省 辽宁省", 0),
    ],
)
def test_the_longest_beginning_of_a_region_decides(region: str, first_minor: int) -> None:
    def _rate(first_minor: int) -> FreightRate:
        return FreightRate(first_g=1, first_minor=first_minor, more_g=1, more_minor=0)

    exceptions = [
        RegionalRate(regions=["辽宁省 丹东市"], rate=_rate(2)),
        RegionalRate(regions=["辽宁省"], rate=_rate(1)),
    ]
    found = rate_for(template(_rate(0), exceptions=exceptions), region)
    assert found is not None
    assert found.first_minor == first_minor


@pytest.mark.parametrize(
    ("regions", "reason"),
    [([["新疆"], ["新 疆"]], "region_twice"), ([["西藏", "西藏"]], "region_twice"), ([[" "]], "empty")],
)
def test_regions_that_are_unclear_are_refused(regions: list[list[str]], reason: str) -> None:
    exceptions = [RegionalRate(regions=names, rate=None) for names in regions]
    with pytest.raises(InvalidInputError) as caught:
        check_regions(template(exceptions=exceptions))
    assert caught.value.params["reason"] == reason


@given(rates, st.integers(0, 50_000), st.integers(0, 50_000), st.integers(0, 30_000))
def test_more_weight_never_costs_less_and_more_goods_never_cost_more(
    rate: FreightRate, light_g: int, more_g: int, goods_minor: int
) -> None:
    heavier = carriage_minor(rate, light_g + more_g, goods_minor)
    assert 0 <= carriage_minor(rate, light_g, goods_minor) <= heavier
    assert carriage_minor(rate, light_g, goods_minor + 1) <= carriage_minor(rate, light_g, goods_minor)


@given(rates, st.lists(st.integers(0, 5000), min_size=1, max_size=6), st.integers(0, 30_000))
def test_buying_together_is_never_dearer_than_apart(rate: FreightRate, weights: list[int], amount_minor: int) -> None:
    steps_of_the_first_grams = -(-rate.first_g // rate.more_g)
    usual = msgspec.structs.replace(rate, first_minor=rate.first_minor + rate.more_minor * steps_of_the_first_grams)
    book = FreightBook([template(usual)])
    parcels = [parcel(weight_g, amount_minor) for weight_g in weights]
    together = book.reckon(SHOP, HERE, parcels)
    assert together <= sum(book.reckon(SHOP, HERE, [each]) for each in parcels)
    assert together == book.reckon(SHOP, HERE, parcels[::-1])


@given(rates, st.integers(0, 50_000))
def test_the_steps_paid_for_cover_the_weight_and_not_a_step_more(rate: FreightRate, weight_g: int) -> None:
    rate = FreightRate(first_g=rate.first_g, first_minor=0, more_g=rate.more_g, more_minor=1)
    steps = carriage_minor(rate, weight_g, 0)
    assert rate.first_g + steps * rate.more_g >= weight_g
    assert steps == 0 or rate.first_g + (steps - 1) * rate.more_g < weight_g
