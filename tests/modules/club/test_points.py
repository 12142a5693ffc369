"""Members rise by what they watch, buy and follow, whatever came late or twice; refunds take back."""

import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.modules.club.clubhouse import CLUB, LEVELS, Clubhouse
from tests.modules.insights.observer import late_and_twice
from tests.modules.insights.test_sales import give_back
from tests.outbox import list_envelopes

from xiaodian.contracts.base import Envelope
from xiaodian.kit.clock import to_epoch_ms, utc_now


async def test_whoever_joins_follows_and_what_was_bought_before_counts(club: Clubhouse) -> None:
    buyer = await club.market.buyer()
    await club.order(buyer, club.products[0], 1)
    price = club.products[0].skus[0].price_minor
    mine = await club.join(buyer)
    assert (mine["from_watching"], mine["from_buying"], mine["from_following"]) == (0, price // 100, 0)
    assert mine["level"] == 2
    followed = (await buyer.client.get("/api/me/following")).json()["items"]
    assert [each["account_id"] for each in followed] == [str(club.stage.host_id)]
    again = await club.join(buyer)
    assert {**again, "joined_at_ms": 0} == {**mine, "joined_at_ms": 0}
    [own] = (await buyer.client.get("/api/me/fan-clubs")).json()["items"]
    assert (own["word"], own["level"], own["level_name"]) == ("老铁", 2, "铁粉")


async def test_watching_counts_once_a_report_up_to_the_days_most_and_only_on_air(club: Clubhouse) -> None:
    buyer, stranger = await club.market.buyer(), await club.market.buyer()
    await club.join(buyer)
    report = club.watched(buyer, 300)
    await club.take("club-watching", [report, club.watched(stranger, 600)])
    await club.take("club-watching", [report])
    assert (await club.standing(buyer))["points"] == 5
    long_ago = to_epoch_ms(utc_now() - timedelta(days=2))
    await club.take("club-watching", [club.watched(buyer, 600, at_ms=long_ago)])
    assert (await club.standing(buyer))["points"] == 5
    await club.take("club-watching", [club.watched(buyer, 3600)])
    assert (await club.standing(buyer))["points"] == 30
    assert (await stranger.client.get(f"{club.path}/points")).status_code == 404
    [told] = (await buyer.client.get(f"{club.path}/points")).json()["items"]
    assert (told["kind"], told["amount"], told["points"]) == ("watching", 30, 30)


async def test_a_page_that_tells_of_more_than_there_was_time_for_gains_nothing(club: Clubhouse) -> None:
    buyer = await club.market.buyer()
    await club.join(buyer)
    # Thirty tabs tell of the same ten minutes.
    await club.take("club-watching", [club.watched(buyer, 600) for _ in range(30)])
    assert (await club.standing(buyer))["points"] == 10
    fresh = await club.market.buyer()
    assert (await fresh.client.post(f"{club.path}/membership", json={})).is_success
    await club.take("club-watching", [club.watched(fresh, 600) for _ in range(3)])
    assert (await club.standing(fresh))["points"] == 0


async def test_a_refund_takes_back_points_and_the_level_that_they_gave(club: Clubhouse) -> None:
    buyer = await club.market.buyer()
    await club.join(buyer)
    order = await club.order(buyer, club.products[0])
    await club.hear()
    yuan = order["total_minor"] // 100
    assert ((await club.standing(buyer))["points"], (await club.standing(buyer))["level"]) == (yuan, 2)
    await give_back(club, order, order["total_minor"], 1)
    await club.hear()
    mine = await club.standing(buyer)
    assert (mine["points"], mine["level"]) == (0, 1)
    [told] = (await buyer.client.get(f"{club.path}/points")).json()["items"]
    assert (told["kind"], told["points"], told["returned_minor"]) == ("buying", 0, order["total_minor"])


async def test_each_month_as_follower_counts_and_a_break_begins_anew(club: Clubhouse) -> None:
    buyer = await club.market.buyer()
    await club.join(buyer)
    await club.pass_time(utc_now() + timedelta(days=61))
    assert (await club.standing(buyer))["from_following"] == 100
    follow = f"/api/creators/{club.stage.host_id}/follow"
    assert (await buyer.client.delete(follow)).is_success
    await club.hear_follows(random.Random(3))
    assert (await club.standing(buyer))["from_following"] == 0
    assert (await buyer.client.put(follow)).is_success
    await club.hear_follows(random.Random(4))
    await club.pass_time(utc_now() + timedelta(days=31))
    assert (await club.standing(buyer))["from_following"] == 50


async def test_rules_that_are_set_anew_count_all_members_by_them(club: Clubhouse) -> None:
    buyer = await club.market.buyer()
    await club.join(buyer)
    await club.take("club-watching", [club.watched(buyer, 1200)])
    assert ((await club.standing(buyer))["points"], (await club.standing(buyer))["level"]) == (20, 2)
    steep = [LEVELS[0], LEVELS[1] | {"points": 50}, LEVELS[2]]
    await club.set(minute_points=2, levels=steep)
    mine = await club.standing(buyer)
    assert (mine["points"], mine["level"]) == (40, 1)
    seen = (await club.stage.host.get(f"{club.staff_path}/settings")).json()
    assert (seen["is_applied"], seen["members_by_level"]) == (True, [1, 0, 0])


async def test_who_leaves_leaves_nothing_and_begins_anew(club: Clubhouse) -> None:
    buyer = await club.market.buyer()
    await club.join(buyer)
    await club.take("club-watching", [club.watched(buyer, 1200)])
    for _ in range(2):
        assert (await buyer.client.post(f"{club.path}/membership/end")).status_code == 204
    assert await club.standing(buyer) is None
    assert not any((await club.rows()).values())
    assert (await club.join(buyer))["points"] == 0


async def test_a_level_makes_out_its_coupon_once_however_often_it_is_reached(club: Clubhouse) -> None:
    await club.market.coupon("CLUB5", is_personal=True)
    coupons = (await club.stage.host.get(f"/api/shops/{club.stage.shop_id}/coupons")).json()["items"]
    gift = {"coupon_id": coupons[0]["coupon_id"]}
    await club.set(levels=[LEVELS[0], LEVELS[1] | gift, LEVELS[2]])
    buyer = await club.market.buyer()
    await club.join(buyer)
    offered = f"/api/coupons?shop_id={club.stage.shop_id}"
    assert (await buyer.client.get(offered)).json()["items"] == []
    order = await club.order(buyer, club.products[0])
    await club.hear()
    assert [each["code"] for each in (await buyer.client.get(offered)).json()["items"]] == ["CLUB5"]
    await give_back(club, order, order["total_minor"], 1)
    await club.order(buyer, club.products[0])
    await club.hear()
    assert await club.market.count("promotion.holder") == 1


async def test_a_coupon_that_anybody_can_use_or_of_another_shop_is_no_gift(club: Clubhouse) -> None:
    await club.market.coupon("OPEN5")
    coupons = (await club.stage.host.get(f"/api/shops/{club.stage.shop_id}/coupons")).json()["items"]
    for coupon_id in (coupons[0]["coupon_id"], str(UUID(int=5))):
        levels = [LEVELS[0], LEVELS[1] | {"coupon_id": coupon_id}, LEVELS[2]]
        answer = await club.stage.host.put(f"{club.staff_path}/settings", json=CLUB | {"levels": levels})
        assert (answer.status_code, answer.json()["field"]) == (422, "levels[1].coupon_id")


async def live_through(club: Clubhouse, rng: random.Random, deeds: int) -> None:
    """Members and others watch, buy, get money back, follow and leave; events are heard late, some twice."""
    buyers = [await club.market.buyer(f"买家{number}") for number in range(5)]
    async with club.ctx.database.connection() as connection:
        await connection.execute("UPDATE catalog.stock SET on_hand = on_hand + 1000")
    paid: list[dict[str, Any]] = []
    reports: list[Envelope] = []
    follow = f"/api/creators/{club.stage.host_id}/follow"
    for _ in range(deeds):
        buyer = rng.choice(buyers)
        match rng.choice(("join", "watch", "watch", "pay", "pay", "refund", "all", "unfollow", "leave", "hear")):
            case "join":
                await club.join(buyer)
            case "watch":
                reports.append(club.watched(buyer, rng.randint(1, 900)))
            case "pay":
                paid.append(await club.order(buyer, rng.choice(club.products)))
            case "refund" if paid:
                await give_back(club, paid.pop(rng.randrange(len(paid))), rng.randint(1, 900))
            case "all" if paid:
                order = paid.pop(rng.randrange(len(paid)))
                await give_back(club, order, order["total_minor"], 1)
            case "unfollow":
                assert (await buyer.client.delete(follow)).is_success
            case "leave" if rng.random() < 0.3:
                assert (await buyer.client.post(f"{club.path}/membership/end")).is_success
            case _:
                await hear_all(club, reports, rng)
    for buyer in buyers[:3]:
        await club.join(buyer)
    await hear_all(club, reports, rng)


async def hear_all(club: Clubhouse, reports: list[Envelope], rng: random.Random) -> None:
    """All that was told so far, in any order."""
    await club.hear(late_and_twice(await club.events(), rng))
    await club.take("club-watching", late_and_twice(reports, rng))
    await club.hear_follows(rng)


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_a_random_history_members_are_those_of_a_rebuild_to_the_row(club: Clubhouse, seed: int) -> None:
    await live_through(club, random.Random(seed), 40)
    counted = await club.rows()
    assert all(counted.values())
    async with club.ctx.database.connection() as connection:
        told = await list_envelopes(connection, "OrderPaid", "OrderRefunded", "OrderCancelled")
    await club.hear(told)
    assert await club.rows() == counted
    async with club.ctx.database.connection() as connection:
        await connection.execute("UPDATE club.member SET points = 7, from_buying = 7, level = 1, followed_at = NULL")
        await connection.execute("UPDATE club.purchase SET spent_minor = 1")
    await club.rebuild()
    assert await club.rows() == counted
