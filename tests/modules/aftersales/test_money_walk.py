"""Buyers, sellers, operators, providers and clocks in any order: no cent is lost, and nothing stays open."""

from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule
from tests.conftest import SignUp
from tests.modules.aftersales.counter import Counter
from tests.modules.aftersales.walk import MoneyWalk, Owner, Scene
from tests.modules.orders.market import open_market
from tests.modules.orders.walk import PICK, WalkMachine, walk_at_random
from tests.modules.settlement.till import BANK

from xiaodian.contracts.accounting import creator_account, service_account, shop_account
from xiaodian.contracts.live import RoomId
from xiaodian.modules.payments.service.sandbox_books import RefundPlan
from xiaodian.settings import Settings

Step = tuple[str, dict[str, Any]]
"""A method of the walk, and its arguments."""

STOCK = 20

WANTED = st.lists(st.tuples(PICK, st.integers(1, 3)), min_size=1, max_size=3)
DEED_PICKS = st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=1, max_size=6)
"""Which of the deeds that are allowed; the first is what mostly happens."""
OUTCOMES = st.sampled_from(["succeed", "fail", "succeed_twice", "out_of_order", "later", "never"])
KINDS = st.sampled_from(["refund_only", "return_refund", "exchange"])
WHO = st.sampled_from(["turn", "turn", "turn", "buyer", "seller", "operator"])
SHARES = st.sampled_from([0.1, 0.5, 1.0, 1.0, 1.01])
MOSTLY = st.sampled_from([True, True, False])

STEPS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {
    "buy": (4, {"wanted": WANTED, "steps": st.sampled_from([2, 3, 4, 4, 5, 5]), "platform_coupon": st.booleans()}),
    "dispute": (
        8,
        {
            "pick": PICK,
            "line_pick": PICK,
            "kind": KINDS,
            "more": st.sampled_from([0, 0, 0, 1]),
            "share": st.sampled_from([None, None, None, 0.1, 0.5, 1.5]),
            "deed_picks": DEED_PICKS,
        },
    ),
    "answer": (5, {"pick": PICK, "deed_picks": DEED_PICKS, "who": WHO}),
    "checkout": (2, {"wanted": WANTED, "shop_coupon": st.booleans(), "platform_coupon": st.booleans()}),
    "start_payment": (1, {"picks": st.lists(PICK, min_size=1, max_size=3)}),
    "end_payment": (2, {"pick": PICK, "outcome": OUTCOMES}),
    "do": (2, {"pick": PICK, "deed": st.sampled_from(["shipment", "receipt", "cancel"]), "as_buyer": st.booleans()}),
    "deliver": (1, {"pick": PICK}),
    "wait": (1, {"days": st.sampled_from([-3650, -1, 0, 0, 8, 16, 36500])}),
    "work": (3, {}),
    "stay_silent": (2, {}),
    "settle": (2, {}),
    "plan_refunds": (3, {"plan": st.sampled_from(RefundPlan)}),
    "retry_refunds": (1, {}),
    "ask_payout": (4, {"pick": PICK, "share": SHARES}),
    "pay_deposit": (4, {"pick": PICK, "share": SHARES}),
    "decide_payouts": (2, {"release": MOSTLY}),
    "bank": (2, {"is_paid": MOSTLY}),
    "owe": (2, {"pick": PICK}),
    "lose_refund": (2, {"pick": PICK}),
    "swap": (2, {"pick": PICK}),
    "pay_out": (2, {"is_paid": st.booleans()}),
}
"""What may happen: how often beside the others, and in which ways. Each is a method of the walk.

The last four are chains which single steps hardly ever make.
"""

SET_STEPS: list[Step] = [
    ("buy", {"wanted": [(0, 3), (2, 1)], "steps": 5, "platform_coupon": True}),
    ("settle", {}),
    ("owe", {"pick": 0}),
    ("lose_refund", {"pick": 0}),
    ("swap", {"pick": 0}),
    ("buy", {"wanted": [(2, 1)], "steps": 3, "platform_coupon": False}),
    ("ask", {"pick": 0, "line_pick": 0, "kind": "refund_only", "more": 0, "share": None}),
    ("answer", {"pick": 0, "deed_picks": [0], "who": "buyer"}),
    ("pay_out", {"is_paid": False}),
    ("pay_out", {"is_paid": True}),
]
"""A walk whose steps are set: which random ones are walked changes with the constants of our source, which hypothesis
strews among what it draws, and whatever they are all of `MUST_HAPPEN` shall."""

STEP: st.SearchStrategy[Step] = st.sampled_from(
    [deed for deed, (often, _) in STEPS.items() for _ in range(often)]
).flatmap(lambda deed: st.tuples(st.just(deed), st.fixed_dictionaries(STEPS[deed][1])))


MUST_HAPPEN = {"settle", "claw_back", "draw_on_deposit", "agree", "refuse", "escalate", "time_out", "refund_failed"} | {
    "refunded",
    "exchanged",
    "closed",
    "paid",
    "failed",
}
"""Transfers, deeds and states to which some walk must come."""


class MoneyMachine(WalkMachine):
    """One rule for all that may happen: hypothesis leaves out whole rules in some of its walks."""

    walk: MoneyWalk

    @rule(step=STEP)
    def go_on(self, step: Step) -> None:
        """One more thing."""
        deed, how = step
        self.run(getattr(self.walk, deed)(**how))

    def teardown(self) -> None:
        """The end of each walk."""
        if hasattr(self, "walk") and not self.failures:
            self.run(self.walk.end())


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    """Creators need not wait for their money."""
    return msgspec.structs.replace(settings, creator_hold_days=0)


async def set_the_scene(counter: Counter, sign_up: SignUp) -> Scene:
    """Two shops, of which one pays a creator and a service provider; whoever earns has a bank account."""
    first, second = counter.market, await open_market(counter.ctx, sign_up)
    creator, creator_id = await sign_up("达人")
    provider, provider_id = await sign_up("服务商")
    shops = f"/api/shops/{first.shop_id}", f"/api/shops/{second.shop_id}"
    shared = await first.seller.post(
        f"{shops[0]}/service-shares", json={"provider_id": str(provider_id), "rate_bp": 700}
    )
    assert shared.status_code == 201, shared.text
    await first.coupon(quota=8)
    await first.platform_coupon(quota=30, off_minor=333)
    await first.freight(800)
    room = await creator.post("/api/rooms", json={"title": "专场"})
    accounts = [
        (first.seller, f"{shops[0]}/bank-account"),
        (second.seller, f"{shops[1]}/bank-account"),
        (creator, "/api/me/bank-account"),
        (provider, "/api/me/bank-account?kind=service"),
    ]
    for client, path in accounts:
        assert (await client.put(path, json=BANK)).is_success
    owners = [
        Owner(first.seller, shop_account(first.shop_id), f"{shops[0]}/payouts"),
        Owner(second.seller, shop_account(second.shop_id), f"{shops[1]}/payouts"),
        Owner(creator, creator_account(creator_id), "/api/me/payouts"),
        Owner(provider, service_account(provider_id), "/api/me/payouts?kind=service"),
    ]
    return Scene(counter, [first, second], owners, creator, RoomId(room.json()["room_id"]))


async def open_walk(scene: Scene) -> MoneyWalk:
    """Goods and a buyer of the walk's own; one of the goods is sold by the creator."""
    first, second = scene.markets
    sku_ids = [*await first.product([STOCK, STOCK]), *await second.product([STOCK])]
    await first.limit(sku_ids[0], 30)
    await first.commission(sku_ids[0], 1500)
    body = {"product_ids": [await first.product_id(sku_ids[0])]}
    assert (await scene.creator.put(f"/api/rooms/{scene.room_id}/control/bag", json=body)).is_success
    walk = MoneyWalk(scene, await first.buyer(), sku_ids)
    walk.rooms = dict.fromkeys(sku_ids[:2], scene.room_id)
    return walk


async def names_in(counter: Counter, column: str, table: str) -> set[str]:
    """What has happened at all."""
    async with counter.ctx.database.connection() as connection:
        return {row[column] for row in await connection.fetch(f"SELECT DISTINCT {column} FROM {table}")}


@pytest.mark.slow
async def test_every_cent_is_accounted_for_after_each_step_and_nothing_stays_open_at_the_end(
    counter: Counter, sign_up: SignUp
) -> None:
    scene = await set_the_scene(counter, sign_up)

    async def _open_walk() -> MoneyWalk:
        return await open_walk(scene)

    await walk_at_random(MoneyMachine, _open_walk, walks=12, steps=50)
    walk = await _open_walk()
    for deed, how in SET_STEPS:
        await getattr(walk, deed)(**how)
        await walk.check()
    await walk.end()
    # A walk that went nowhere would prove nothing.
    done = await names_in(counter, "kind", "ledger.transfer")
    done |= await names_in(counter, "deed", "aftersales.event")
    done |= await names_in(counter, "state", "aftersales.after_sale")
    done |= await names_in(counter, "state", "settlement.payout")
    assert done >= MUST_HAPPEN, MUST_HAPPEN - done
