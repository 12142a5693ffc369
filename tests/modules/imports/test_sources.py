"""Products come from other platforms once, whatever breaks on the way, and nobody sees the keys again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest
from tests.modules.imports.platforms import THROTTLED, Platform, ShopifyServer, WooServer
from tests.modules.imports.work import Staff
from tests.modules.orders.market import Market

from xiaodian.infra.sealing import BadSealError, Sealer
from xiaodian.modules.imports.api import JobKinds
from xiaodian.modules.imports.sources import shopify, woocommerce
from xiaodian.modules.imports.sources.import_source import SourceImport

Open = Callable[[Platform], Awaitable[Platform]]


@pytest.fixture
async def open_platform() -> AsyncIterator[Open]:
    """Lets a platform listen."""
    listeners: list[asyncio.Server] = []

    async def _open(platform: Platform) -> Platform:
        listener = await asyncio.start_server(platform.handle, "127.0.0.1", 0)
        listeners.append(listener)
        platform.base = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        return platform

    yield _open
    for listener in listeners:
        listener.close()
        await listener.wait_closed()


@pytest.fixture
def staff(market: Market, monkeypatch: pytest.MonkeyPatch) -> Staff:
    """Staff of a shop whose operator lets it call its own network, and that does not wait between tries."""
    settings = msgspec.structs.replace(market.ctx.settings, outbound_private_addresses=True)
    ctx = msgspec.structs.replace(market.ctx, settings=settings)
    transport: Any = market.seller._transport
    monkeypatch.setattr(transport.app.state, "context", ctx)
    staff = Staff(market, JobKinds([SourceImport(first_wait_s=0.001)]))
    monkeypatch.setattr(transport.app.state, "job_kinds", staff.kinds)
    staff.ctx = ctx
    return staff


async def add(staff: Staff, kind: str, address: str, secret: str = "cs") -> str:
    answer = await staff.client.post(
        f"{staff.path}/sources",
        json={"kind": kind, "name": "旧店", "address": address, "key": "ck", "secret": secret},
    )
    assert answer.status_code == 201, answer.text
    source_id: str = answer.json()["source_id"]
    return source_id


async def titles(staff: Staff) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        answer = await staff.client.get(f"{staff.path}/products", params={"limit": 100, "cursor": cursor or ""})
        found += [item["title"] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return sorted(found)


async def test_woocommerce_page_by_page_and_the_second_time_nothing_changes(
    staff: Staff, open_platform: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(woocommerce, "PAGE_SIZE", 3)
    shop = await open_platform(WooServer(7))
    source_id = await add(staff, "woocommerce", shop.base)
    dry = await staff.finish("source_import", source_id=source_id)
    assert (dry["state"], dry["counts"], dry["total"]) == ("done", {"created": 7}, 7), dry
    assert await titles(staff) == []
    job = await staff.finish("source_import", source_id=source_id, dry_run=False)
    assert job["counts"] == {"created": 7}, await staff.rows(job["job_id"])
    assert await titles(staff) == [f"Tea & {number}" for number in range(1, 8)]
    answer = await staff.client.get(f"{staff.path}/products", params={"q": "Tea & 3"})
    (three,) = answer.json()["items"]
    assert [(sku["code"], sku["price_minor"], sku["available"]) for sku in three["skus"]] == [
        ("W-3-Red", 2000, 3),
        ("W-3-Blue", 2000, 3),
    ]
    assert (three["description"], three["category"], three["state"]) == ("Green", three["category"], "on_sale")
    again = await staff.finish("source_import", source_id=source_id, dry_run=False)
    assert again["counts"] == {"unchanged": 7}


async def test_a_product_that_was_renamed_elsewhere_is_updated_and_not_doubled(
    staff: Staff, open_platform: Open
) -> None:
    shop = WooServer(1)
    await open_platform(shop)
    source_id = await add(staff, "woocommerce", shop.base)
    await staff.finish("source_import", source_id=source_id, dry_run=False)
    shop.products[0] |= {"name": "Other", "slug": "other", "sku": "NEW-SKU"}
    job = await staff.finish("source_import", source_id=source_id, dry_run=False)
    assert job["counts"] == {"updated": 1}
    assert await titles(staff) == ["Other"]


async def test_a_busy_platform_is_waited_for_and_one_that_stumbles_asked_again(
    staff: Staff, open_platform: Open
) -> None:
    shop = await open_platform(WooServer(2))
    shop.trouble = [(429, {"Retry-After": "0"}, {}), (500, {}, {}), (503, {"retry-after": "0.01"}, {})]
    job = await staff.finish("source_import", source_id=await add(staff, "woocommerce", shop.base), dry_run=False)
    assert job["counts"] == {"created": 2}
    assert len(shop.asked) == 4


async def test_an_import_that_broke_off_goes_on_where_it_was(
    staff: Staff, open_platform: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(woocommerce, "PAGE_SIZE", 2)
    shop = WooServer(4)
    await open_platform(shop)
    source_id = await add(staff, "woocommerce", shop.base)
    good = shop.answer

    def _fails_at_page_2(method: str, target: str, headers: dict[str, str], body: bytes) -> Any:
        return (500, {}, {}) if "&page=2" in target else good(method, target, headers, body)

    monkeypatch.setattr(shop, "answer", _fails_at_page_2)
    job = await staff.finish("source_import", source_id=source_id, dry_run=False)
    assert (job["state"], job["failure"]["params"]["reason"], job["done"]) == ("failed", "source_away", 2)
    (source,) = (await staff.client.get(f"{staff.path}/sources")).json()["items"]
    assert source["is_halfway"]
    monkeypatch.setattr(shop, "answer", good)
    shop.asked.clear()
    job = await staff.finish("source_import", source_id=source_id, dry_run=False)
    assert job["counts"] == {"created": 2}
    assert all("&page=1&" not in target or "variations" in target for target in shop.asked)
    assert len(await titles(staff)) == 4


async def test_shopify_by_cursor_with_many_variants_within_its_limits(
    staff: Staff, open_platform: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopify, "VARIANTS_AT_ONCE", 20)
    shop = await open_platform(ShopifyServer(12))
    shop.trouble = [THROTTLED, (429, {"Retry-After": "0"}, {})]
    job = await staff.finish("source_import", source_id=await add(staff, "shopify", shop.base), dry_run=False)
    assert job["counts"] == {"created": 12}, await staff.rows(job["job_id"])
    answer = await staff.client.get(f"{staff.path}/products", params={"limit": 100})
    found = {item["title"]: item for item in answer.json()["items"]}
    assert len(found["Mug 1"]["skus"]) == 45
    assert found["Mug 2"]["description"] == "Blue & white"
    assert (found["Mug 2"]["skus"][0]["weight_g"], found["Mug 2"]["skus"][0]["available"]) == (500, 0)


async def test_a_wrong_key_says_so_at_once(staff: Staff, open_platform: Open) -> None:
    shop = await open_platform(ShopifyServer(1))
    source_id = await add(staff, "shopify", shop.base, secret="wrong")
    job = await staff.finish("source_import", source_id=source_id)
    assert (job["failure"]["code"], job["failure"]["params"]["reason"]) == ("source_failed", "source_refuses_key")
    assert len(shop.asked) == 1


async def test_keys_are_sealed_and_never_shown(staff: Staff, open_platform: Open) -> None:
    shop = await open_platform(WooServer(1))
    source_id = await add(staff, "woocommerce", shop.base, secret="top-secret")
    listed = await staff.client.get(f"{staff.path}/sources")
    assert "top-secret" not in listed.text
    async with staff.ctx.database.connection() as connection:
        sealed = await connection.fetchval("SELECT sealed_access FROM imports.source")
    assert b"top-secret" not in sealed
    sealer = Sealer.of(staff.ctx.settings)
    assert "top-secret" in sealer.open(sealed, f"imports.source {source_id}")
    with pytest.raises(BadSealError):
        sealer.open(sealed, "imports.source of somebody else")
    removed = await staff.client.delete(f"{staff.path}/sources/{source_id}")
    assert removed.status_code == 204
    assert (await staff.ask("source_import", source_id=source_id)).status_code == 404
