"""A shop whose fans are written to, and the worker that does it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from tests.modules.orders.market import Buyer, Market
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import Envelope
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.context import Context
from xiaodian.kit.clock import utc_now
from xiaodian.modules.outreach import handlers
from xiaodian.modules.outreach.service.deliver_in_app import deliver_in_app
from xiaodian.modules.outreach.service.run_campaigns import run_campaigns

SALES = ("OrderPaid", "OrderCancelled", "OrderRefunded")
NOON = utc_now().replace(hour=4, minute=0, second=0, microsecond=0) + timedelta(days=1)
"""Noon of the books' next day: no quiet hour."""
NOBODY_HELD_OUT = {"hold_out_bp": 0, "is_without_hold_out": True}


class Sender:
    """The shop, by its owner, and the work of the worker at a moment that the test names."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.ctx: Context = market.ctx

    @property
    def path(self) -> str:
        """Of the shop's campaigns."""
        return f"/api/shops/{self.market.shop_id}/campaigns"

    async def fans(self, count: int) -> list[AccountId]:
        """People who bought a hundred days ago."""
        fans = await self.people(count)
        for fan in fans:
            await self.note_sale(fan, utc_now() - timedelta(days=100))
        return fans

    async def people(self, count: int) -> list[AccountId]:
        """Accounts, without signing up each."""
        people = sorted(AccountId(uuid4()) for _ in range(count))
        async with self.ctx.database.connection() as connection:
            await connection.execute(
                """
                INSERT INTO accounts.account (account_id, sign_in, password_hash, display_name)
                SELECT person, person::text, '', '粉丝' FROM unnest($1::uuid[]) AS person
                """,
                people,
            )
        return people

    async def fan_of(self, *people: AccountId, segment: str = "active", since: date | None = None) -> None:
        """The shop knows them as fans who are in this segment since then."""
        async with self.ctx.database.connection() as connection:
            await connection.execute(
                """
                INSERT INTO fans.fan (shop_id, account_id, segment, segment_since)
                SELECT $1, person, $3, $4 FROM unnest($2::uuid[]) AS person
                """,
                self.market.shop_id,
                people,
                segment,
                since or utc_now().date(),
            )

    async def note_sale(
        self, fan: AccountId, paid_at: datetime, minor: int = 1000, shop_id: ShopId | None = None
    ) -> None:
        """Somebody bought then."""
        async with self.ctx.database.connection() as connection:
            await connection.execute(
                """
                INSERT INTO outreach.sale (shop_id, order_id, buyer_id, paid_at, net_minor)
                VALUES ($1, $2, $3, $4, $5)
                """,
                shop_id or self.market.shop_id,
                uuid4(),
                fan,
                paid_at,
                minor,
            )

    async def buy(self, buyer: Buyer, sku_id: SkuId, **more: Any) -> dict[str, Any]:
        """A paid order that the module has heard of."""
        order = await buyer.order(sku_id, **more)
        await buyer.pay(order["order_id"])
        await self.hear()
        return order

    async def hear(self, envelopes: Sequence[Envelope] | None = None) -> None:
        """Hand what was told of orders to whoever counts it, all of it anew."""
        async with self.ctx.database.connection() as connection:
            told = await list_envelopes(connection, *SALES)
        [count] = [each.handle for each in handlers.consumers(self.ctx) if each.durable == "outreach-sales"]
        await count(told if envelopes is None else envelopes)

    async def send(self, **more: Any) -> dict[str, Any]:
        """Plan a campaign to all buyers that holds nobody out, unless said otherwise."""
        body = {"name": "上新", "text": "新草莓到了", "segment": "buyers", **NOBODY_HELD_OUT, **more}
        answer = await self.market.seller.post(self.path, json=body)
        assert answer.status_code == 201, answer.text
        campaign: dict[str, Any] = answer.json()
        return campaign

    async def work(self, now: datetime = NOON) -> int:
        """Enlist and deliver what is due; answers how many arrived."""
        await run_campaigns(self.ctx, now)
        return await deliver_in_app(self.ctx, now)

    async def report(self, campaign: dict[str, Any]) -> dict[str, Any]:
        """What came of it."""
        answer = await self.market.seller.get(f"{self.path}/{campaign['campaign_id']}")
        assert answer.status_code == 200, answer.text
        report: dict[str, Any] = answer.json()
        return report

    async def personal_coupon(self, code: str = "FORYOU") -> str:
        """A coupon that only those can use to whom it is made out; answers its id."""
        await self.market.coupon(code, is_personal=True)
        answer = await self.market.seller.get(f"/api/shops/{self.market.shop_id}/coupons")
        [coupon] = [each for each in answer.json()["items"] if each["code"] == code]
        return str(coupon["coupon_id"])


async def inbox(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What a fan finds in the app."""
    answer = await client.get("/api/me/notices", headers={"accept-language": "zh"})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
