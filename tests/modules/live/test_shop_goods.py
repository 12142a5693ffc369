"""What people see who look around in a shop."""

from typing import Any

import httpx
from tests.conftest import SignUp
from tests.live.stage import Stage, make_product
from tests.modules.live.test_selling import plan


async def _goods(client: httpx.AsyncClient, stage: Stage, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/shops/{stage.shop_id}/goods", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_a_shop_shows_what_is_on_sale_with_the_prices_and_stock_of_the_moment(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    await make_product(stage.host, stage.shop_id, "还没上架", state="draft")
    sale_id = await plan(stage)
    page = await _goods(client, stage)
    assert [item["title"] for item in page["items"]] == ["五常大米", "丹东草莓"]
    [sku] = page["items"][1]["skus"]
    assert (sku["price_minor"], sku["available"]) == (2990, 6)
    assert (sku["flash_sale"]["flash_sale_id"], sku["flash_sale"]["price_minor"]) == (str(sale_id), 1990)
    await stage.host.put(f"/api/skus/{stage.sku(1).sku_id}/stock", json={"available": 0})
    off = await stage.host.patch(f"/api/products/{stage.products[0].product_id}", json={"state": "off"})
    assert off.is_success, off.text
    [rice] = (await _goods(client, stage))["items"]
    assert (rice["title"], rice["skus"][0]["available"]) == ("五常大米", 0)


async def test_a_shop_is_looked_through_page_by_page_without_missing_or_repeating_anything(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    titles = [f"苹果 {number}" for number in range(3)]
    for title in titles:
        await make_product(stage.host, stage.shop_id, title)
    seen: list[str] = []
    cursor = None
    while True:
        page = await _goods(client, stage, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["title"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [*reversed(titles), "五常大米", "丹东草莓"]
    bad = await client.get(f"/api/shops/{stage.shop_id}/goods", params={"cursor": "no cursor of ours"})
    assert bad.status_code == 422


async def test_nothing_is_offered_by_a_shop_that_is_closed_or_only_plays(
    stage: Stage, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    closed = await stage.host.patch(f"/api/shops/{stage.shop_id}", json={"is_open": False})
    assert closed.is_success, closed.text
    assert await _goods(client, stage) == {"items": [], "next_cursor": None}
    async with stage.ctx.database.connection() as connection:
        await connection.execute("UPDATE shops.shop SET is_sandbox = true WHERE shop_id = $1", stage.shop_id)
    stranger, _ = await sign_up("路人")
    for outsider in (client, stranger):
        assert (await outsider.get(f"/api/shops/{stage.shop_id}/goods")).status_code == 404
    assert (await stage.host.get(f"/api/shops/{stage.shop_id}/goods")).status_code == 200
