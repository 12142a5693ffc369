"""The demo's shops come to be through the API as it is."""

from uuid import UUID, uuid4

import pytest
from tests.conftest import SignUp

from xiaodian.cli.show.catalogue import HOSTS, HostSample
from xiaodian.cli.show.client import Member
from xiaodian.cli.show.seed import set_up_shop
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.orders import NoDeliveryError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.modules.shops import api as shops


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.look)
async def test_a_demo_shop_opens_with_weighed_goods_and_charges_for_far_carriage(
    ctx: Context, sign_up: SignUp, host: HostSample
) -> None:
    member = Member("http://test")
    await member.http.aclose()
    member.http, _ = await sign_up(host.name)
    member.me = await member.call("GET", "/api/me")
    products = await set_up_shop(host, member)
    assert [product["category"] for product in products] == [sample.category for sample in host.products]
    assert all(sku["weight_g"] > 0 for product in products for sku in product["skus"])
    assert await set_up_shop(host, member) == products

    shop_id = ShopId(UUID(products[0]["shop_id"]))
    async with ctx.database.connection() as connection:
        book = await shops.open_freight_book(connection, [shop_id])
    light, dear = (shops.Parcel(None, 1800, amount, SkuId(uuid4())) for amount in (8900, 30_000))
    near, far = (
        book.reckon(shop_id, region, [light]) for region in ("辽宁省 大连市 中山区", "新疆维吾尔自治区 伊犁州")
    )
    assert 0 < near < far
    assert book.reckon(shop_id, "辽宁省 大连市", [dear]) == 0
    with pytest.raises(NoDeliveryError):
        book.reckon(shop_id, "海外", [light])
