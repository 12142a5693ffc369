"""A shop with goods, and buyers with addresses, all through the public HTTP interface."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from tests.conftest import SignUp
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountId, AddressId, Caller, Scope
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.orders.service.checkout_input import CheckoutInput

PRICE_MINOR = 2990

Wanted = tuple[SkuId, int] | tuple[SkuId, int, int] | tuple[SkuId, int, int, RoomId | None]
"""A SKU, how many, the price that was shown (else the ordinary one), the room where (else none)."""


class Buyer:
    """Somebody signed in, with an address."""

    def __init__(self, client: httpx.AsyncClient, account_id: AccountId, address_id: AddressId) -> None:
        self.client = client
        self.account_id = account_id
        self.address_id = address_id

    @property
    def caller(self) -> Caller:
        """The buyer as use cases see it."""
        return Caller(
            account_id=self.account_id, display_name="小丹", is_operator=False, scopes=frozenset({Scope.EVERYTHING})
        )

    def wish(self, sku_id: SkuId, quantity: int = 1, **more: Any) -> CheckoutInput:
        """A checkout of one line at the ordinary price."""
        return self.wishes([(sku_id, quantity)], **more)

    def wishes(self, wanted: Sequence[Wanted], **more: Any) -> CheckoutInput:
        """A checkout of (sku, quantity, shown price, room)."""
        return msgspec.convert(self._body(wanted, **more), CheckoutInput)

    async def checkout(self, wanted: Sequence[Wanted], key: str | None = None, **more: Any) -> httpx.Response:
        """Try to place orders of (sku, quantity, shown price, room)."""
        return await self.client.post(
            "/api/checkout", json=self._body(wanted, **more), headers={"Idempotency-Key": key or uuid4().hex}
        )

    async def quote(self, wanted: Sequence[Wanted], **more: Any) -> dict[str, Any]:
        """What it would cost."""
        answer = await self.client.post("/api/checkout/quote", json=self._body(wanted, **more))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _body(self, wanted: Sequence[Wanted], **more: Any) -> dict[str, Any]:
        lines = [
            {
                "sku_id": str(sku_id),
                "quantity": quantity,
                "price_minor": rest[0] if rest else PRICE_MINOR,
                "room_id": str(rest[1]) if len(rest) > 1 and rest[1] else None,
            }
            for sku_id, quantity, *rest in wanted
        ]
        return {"address_id": str(self.address_id), "lines": lines, **more}

    async def order(self, sku_id: SkuId, quantity: int = 1, **more: Any) -> dict[str, Any]:
        """Place an order that must succeed."""
        return (await self.orders([(sku_id, quantity)], **more))[0]

    async def orders(self, wanted: Sequence[Wanted], **more: Any) -> list[dict[str, Any]]:
        """Place orders of one or several shops that must succeed."""
        answer = await self.checkout(wanted, **more)
        assert answer.status_code == 201, answer.text
        orders: list[dict[str, Any]] = answer.json()["orders"]
        return orders

    async def start_payment(self, *order_ids: str, provider: str = "sandbox") -> dict[str, Any]:
        """Begin to pay one or several orders at once."""
        answer = await self.client.post(
            "/api/payments",
            json={"order_ids": order_ids, "provider": provider},
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert answer.status_code == 201, answer.text
        charge: dict[str, Any] = answer.json()
        return charge

    async def decide(self, charge_id: str, outcome: str) -> dict[str, Any]:
        """End a payment at the sandbox's cashier."""
        answer = await self.client.post(f"/api/sandbox/charges/{charge_id}/decision", json={"outcome": outcome})
        assert answer.status_code == 200, answer.text
        charge: dict[str, Any] = answer.json()
        return charge

    async def pay(self, *order_ids: str) -> dict[str, Any]:
        """Pay one or several orders at once, with success; answers the charge."""
        charge = await self.start_payment(*order_ids)
        return await self.decide(charge["charge_id"], "succeed")

    async def see(self, order_id: str) -> dict[str, Any]:
        """The order as the buyer sees it."""
        answer = await self.client.get(f"/api/orders/{order_id}")
        assert answer.status_code == 200, answer.text
        order: dict[str, Any] = answer.json()
        return order


class Market:
    """A seller with an open shop."""

    def __init__(self, ctx: Context, sign_up: SignUp, seller: httpx.AsyncClient, seller_id: AccountId) -> None:
        self.ctx = ctx
        self.seller = seller
        self.seller_id = seller_id
        self.shop_id = ShopId(uuid4())
        self._sign_up = sign_up

    async def buyer(self, name: str = "小丹") -> Buyer:
        """A new buyer."""
        client, account_id = await self._sign_up(name)
        answer = await client.post(
            "/api/me/addresses",
            json={
                "recipient": "李小丹",
                "phone": "13800000001",
                "region": "辽宁省 丹东市 振兴区",
                "detail": "江城大街 1 号",
                "is_default": True,
            },
        )
        assert answer.status_code == 201, answer.text
        return Buyer(client, account_id, AddressId(UUID(answer.json()["address_id"])))

    async def sku(self, stock: int = 10, **more: Any) -> SkuId:
        """A product with one SKU."""
        return (await self.product([stock], **more))[0]

    async def product(
        self, stocks: Sequence[int], price_minor: int = PRICE_MINOR, state: str = "on_sale", weight_g: int = 0
    ) -> list[SkuId]:
        """A product with as many SKUs as there are stocks."""
        answer = await self.seller.post(
            f"/api/shops/{self.shop_id}/products",
            json={
                "title": "丹东草莓",
                "description": "当天采摘",
                "picture_urls": ["/media/pictures/a.webp"],
                "state": state,
                "skus": [
                    {"name": f"{number + 1}斤装", "price_minor": price_minor, "stock": stock, "weight_g": weight_g}
                    for number, stock in enumerate(stocks)
                ],
            },
        )
        assert answer.status_code == 201, answer.text
        return [SkuId(UUID(sku["sku_id"])) for sku in answer.json()["skus"]]

    async def room(self) -> RoomId:
        """A room of the seller."""
        answer = await self.seller.post("/api/rooms", json={"title": "草莓专场"})
        assert answer.status_code == 201, answer.text
        return RoomId(UUID(answer.json()["room_id"]))

    async def bag(self, room_id: RoomId, *product_ids: str) -> None:
        """Put products into the bag of the seller's room."""
        answer = await self.seller.put(f"/api/rooms/{room_id}/control/bag", json={"product_ids": product_ids})
        assert answer.is_success, answer.text

    async def video(self, *product_ids: str, state: str = "published") -> VideoId:
        """A short video of the seller with these products in its bag."""
        video_id = VideoId(new_id())
        async with self.ctx.database.transaction() as connection:
            await connection.execute(
                """
                INSERT INTO content.video (video_id, creator_id, vod_id, state, title, cover_url, duration_ms,
                    published_at)
                VALUES ($1, $2, $1, $3, '蓝莓', '/media/pictures/x.webp', 30000, now())
                """,
                video_id,
                self.seller_id,
                state,
            )
            await connection.executemany(
                "INSERT INTO content.video_product (video_id, number, product_id) VALUES ($1, $2, $3)",
                [(video_id, number, product_id) for number, product_id in enumerate(product_ids, 1)],
            )
        return video_id

    async def product_id(self, sku_id: SkuId) -> str:
        """The product of a SKU."""
        async with self.ctx.database.connection() as connection:
            return str(await connection.fetchval("SELECT product_id FROM catalog.sku WHERE sku_id = $1", sku_id))

    def said(self, coupon_code: str | None = None, note: str = "") -> list[dict[str, Any]]:
        """What a buyer says to this shop at checkout: `shops=market.said("SAVE5")`."""
        return [{"shop_id": str(self.shop_id), "coupon_code": coupon_code, "note": note}]

    async def coupon(self, code: str = "SAVE5", **more: Any) -> None:
        """A coupon of 5.00 off, without conditions."""
        answer = await self.seller.post(f"/api/shops/{self.shop_id}/coupons", json=_coupon(code, 500) | more)
        assert answer.status_code == 201, answer.text

    async def flash_sale(self, sku_id: SkuId, price_minor: int, set_aside: int, limit: int | None = None) -> str:
        """A flash sale that runs from now for an hour; answers its id."""
        now_ms = to_epoch_ms(utc_now())
        body = {
            "sku_id": str(sku_id),
            "price_minor": price_minor,
            "set_aside": set_aside,
            "limit_per_buyer": limit,
            "starts_at_ms": now_ms,
            "ends_at_ms": now_ms + 3_600_000,
        }
        answer = await self.seller.post(f"/api/shops/{self.shop_id}/flash-sales", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["flash_sale_id"])

    async def limit(self, sku_id: SkuId, limit_per_buyer: int) -> None:
        """Let nobody buy more of this product."""
        product_id = await self.product_id(sku_id)
        answer = await self.seller.patch(f"/api/products/{product_id}", json={"limit_per_buyer": limit_per_buyer})
        assert answer.status_code == 200, answer.text

    async def freight(self, first_minor: int, **more: Any) -> None:
        """Carriage: the first kilogram for so much, each further for 2.00; `no` names regions not delivered to."""
        rate = {"first_g": 1000, "first_minor": first_minor, "more_g": 1000, "more_minor": 200}
        no_delivery = [{"regions": more.pop("no"), "rate": None}] if "no" in more else []
        body = {"name": "快递", "is_default": True, "rate": rate | more, "exceptions": no_delivery}
        answer = await self.seller.post(f"/api/shops/{self.shop_id}/freight-templates", json=body)
        assert answer.status_code == 201, answer.text

    async def commission(self, sku_id: SkuId, rate_bp: int) -> None:
        """Whoever sells this product gets so much of what it brings."""
        product_id = await self.product_id(sku_id)
        answer = await self.seller.put(f"/api/products/{product_id}/commission", json={"rate_bp": rate_bp})
        assert answer.is_success, answer.text

    async def platform_coupon(self, code: str = "PLAT10", **more: Any) -> None:
        """A coupon of 10.00 off that the platform pays, without conditions."""
        operator, operator_id = await self._sign_up("运营")
        async with self.ctx.database.connection() as connection:
            await accounts.grant_operator(connection, operator_id)
        answer = await operator.post("/api/operator/coupons", json=_coupon(code, 1000) | more)
        assert answer.status_code == 201, answer.text

    async def stock(self, sku_id: UUID) -> tuple[int, int, int]:
        """On hand, reserved, sold: of a SKU's own stock, or of what a flash sale has set aside."""
        async with self.ctx.database.connection() as connection:
            row = await connection.fetchrow(
                "SELECT on_hand, reserved, sold FROM catalog.stock WHERE stock_id = $1", sku_id
            )
        assert row is not None
        return row["on_hand"], row["reserved"], row["sold"]

    async def events(self, *kinds: str) -> list[str]:
        """Kinds of events in the outbox, in order; all kinds if none are named."""
        async with self.ctx.database.connection() as connection:
            return [envelope.type for envelope in await list_envelopes(connection, *kinds)]

    async def count(self, table: str) -> int:
        """Rows in a table."""
        async with self.ctx.database.connection() as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))

    async def balances(self) -> dict[str, int]:
        """Balances of the ledger by the kind of account, zeros left out."""
        async with self.ctx.database.connection() as connection:
            return await balances(connection)


def _coupon(code: str, off_minor: int) -> dict[str, Any]:
    return {
        "code": code,
        "off_minor": off_minor,
        "min_spend_minor": 0,
        "quota": 1000,
        "per_account": 1000,
        "valid_until_ms": 4_000_000_000_000,
    }


async def balances(connection: Connection) -> dict[str, int]:
    """Balances of the ledger by the kind of account (`escrow`, `shop`, …), zeros left out."""
    rows = await connection.fetch(
        """
        SELECT split_part(account, ':', 1) AS kind, sum(amount_minor)::bigint AS balance
        FROM ledger.entry GROUP BY kind HAVING sum(amount_minor) <> 0
        """
    )
    return {row["kind"]: row["balance"] for row in rows}


async def open_market(ctx: Context, sign_up: SignUp) -> Market:
    """A seller with an open shop."""
    seller, seller_id = await sign_up("卖家")
    market = Market(ctx, sign_up, seller, seller_id)
    answer = await seller.post("/api/shops", json={"name": f"丹东小店 {uuid4().hex[:6]}"})
    assert answer.status_code == 201, answer.text
    market.shop_id = ShopId(UUID(answer.json()["shop_id"]))
    return market
