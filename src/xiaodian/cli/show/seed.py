"""Sets up a host's shop through the public API; what is already there is left as it is."""

import asyncio
import io
import time
from collections.abc import Callable

import msgspec
from PIL import Image

from xiaodian.cli.show.catalogue import FAR_REGIONS, FreightSample, HostSample, ProductSample
from xiaodian.cli.show.client import Json, Member
from xiaodian.cli.show.goods import paint_picture
from xiaodian.cli.show.people import paint_cover, paint_portrait

COUPON_OFF_MINOR, COUPON_MIN_MINOR, COUPON_QUOTA = 500, 3000, 10_000
YEAR_S = 365 * 24 * 3600


async def set_up_shop(host: HostSample, member: Member) -> list[Json]:
    """Open the shop, list its products, issue its coupon; answers the products in the catalogue's order."""
    if not member.me["avatar_url"]:
        portrait = await _painted(lambda: paint_portrait(host.look))
        member.me = await member.call("PATCH", "/api/me", {"avatar_url": await member.upload(portrait)})
    shops = (await member.call("GET", "/api/shops/mine"))["items"]
    shop = shops[0] if shops else await member.call("POST", "/api/shops", {"name": host.shop})
    path = f"/api/shops/{shop['shop_id']}"
    await _issue_coupon(host, member, path)
    await _set_freight(host.freight, member, path)
    await _open_club(member, path)
    page = await member.call("GET", f"{path}/products", params={"limit": 100})
    there = {product["title"]: product for product in page["items"]}
    products = [there.get(sample.title) or await _list_product(sample, member, path) for sample in host.products]
    for sample, product in zip(host.products, products, strict=True):
        if sample.commission_bp is not None:
            rate = {"rate_bp": sample.commission_bp}
            await member.call("PUT", f"/api/products/{product['product_id']}/commission", rate)
    return products


async def _open_club(member: Member, path: str) -> None:
    """A fan club by the rules that are ready, as one press in the console opens it."""
    club = await member.call("GET", f"{path}/fan-club/settings")
    if not club["is_set"]:
        rules = {name: club[name] for name in ("name", "word", "levels")} | club["rules"] | {"is_open": True}
        await member.call("PUT", f"{path}/fan-club/settings", rules)


async def make_cover(host: HostSample, member: Member) -> str:
    """The cover of the host's rooms: that of an earlier room, else painted and uploaded now."""
    rooms = (await member.call("GET", "/api/me/rooms"))["items"]
    earlier = next((room["cover_url"] for room in rooms if room["cover_url"]), None)
    if earlier:
        return str(earlier)
    return await member.upload(await _painted(lambda: paint_cover(host.look, host.products[0].art)))


async def refill(host: HostSample, member: Member, products: list[Json]) -> None:
    """Fill up what the audience has bought empty."""
    for sample, product in zip(host.products, products, strict=True):
        for sku_sample, sku in zip(sample.skus, product["skus"], strict=True):
            if sku["available"] < sku_sample.stock // 4:
                await member.call("PUT", f"/api/skus/{sku['sku_id']}/stock", {"available": sku_sample.stock})


async def find_goods_of_others(member: Member, products: list[Json]) -> list[str]:
    """The first product, if there is one, that another shop lets every host sell for a commission."""
    own = {product["shop_id"] for product in products}
    market = (await member.call("GET", "/api/commission-market"))["items"]
    return [item["product_id"] for item in market if item["shop_id"] not in own][:1]


async def _issue_coupon(host: HostSample, member: Member, path: str) -> None:
    coupon = {
        "code": host.coupon,
        "off_minor": COUPON_OFF_MINOR,
        "min_spend_minor": COUPON_MIN_MINOR,
        "quota": COUPON_QUOTA,
        "per_account": 3,
        "title": f"满{COUPON_MIN_MINOR // 100}减{COUPON_OFF_MINOR // 100} · {host.name}",
        "is_listed": True,
        "valid_until_ms": int((time.time() + YEAR_S) * 1000),
    }
    issued = (await member.call("GET", f"{path}/coupons"))["items"]
    if all(other["code"] != host.coupon for other in issued):
        await member.call("POST", f"{path}/coupons", coupon)


async def _set_freight(freight: FreightSample, member: Member, path: str) -> None:
    """What carriage costs, unless the shop has said so already."""
    if (await member.call("GET", f"{path}/freight-templates"))["items"]:
        return
    near = {"first_g": 1000, "more_g": 1000, "first_minor": freight.first_minor, "more_minor": freight.more_minor}
    far = {**near, "first_minor": freight.far_first_minor, "more_minor": freight.far_more_minor}
    exceptions = [
        {"regions": [region for region in FAR_REGIONS if region not in freight.not_to], "rate": far},
        {"regions": freight.not_to, "rate": None},
    ]
    rate = {**near, "free_above_minor": freight.free_above_minor}
    template = {"name": freight.name, "is_default": True, "rate": rate, "exceptions": exceptions}
    await member.call("POST", f"{path}/freight-templates", template)


async def _list_product(sample: ProductSample, member: Member, path: str) -> Json:
    picture = await _painted(lambda: paint_picture(sample.art))
    product: Json = await member.call(
        "POST",
        f"{path}/products",
        {
            "title": sample.title,
            "description": sample.description,
            "picture_urls": [await member.upload(picture)],
            "state": "on_sale",
            "category": sample.category,
            "limit_per_buyer": sample.limit_per_buyer,
            "options": msgspec.to_builtins(sample.options),
            "provenance": msgspec.to_builtins(sample.provenance),
            "skus": [msgspec.to_builtins(sku) for sku in sample.skus],
        },
    )
    return product


async def _painted(paint: Callable[[], Image.Image]) -> bytes:
    def _to_jpeg() -> bytes:
        buffer = io.BytesIO()
        paint().save(buffer, "JPEG", quality=88)
        return buffer.getvalue()

    return await asyncio.to_thread(_to_jpeg)
