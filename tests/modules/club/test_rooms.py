"""In the room, what members say carries their badge, and everybody sees who joins and rises."""

from typing import Any

from tests.modules.club.clubhouse import Clubhouse
from tests.modules.orders.market import Buyer

from xiaodian.contracts.live import CommentMoment
from xiaodian.modules.live.service.club import LINES


async def say(club: Clubhouse, buyer: Buyer, text: str) -> Any:
    """The badge that a comment carries in the log."""
    answer = await buyer.client.post(f"/api/rooms/{club.stage.room_id}/comments", json={"text": text})
    assert answer.is_success, answer.text
    said = [moment for moment in await club.stage.told() if isinstance(moment, CommentMoment) and moment.text == text]
    return said[-1].badge


async def test_a_member_wears_the_badge_from_the_moment_of_joining_and_others_none(club: Clubhouse) -> None:
    buyer, other = await club.market.buyer(), await club.market.buyer()
    assert await say(club, buyer, "刚来") is None
    await club.join(buyer, in_room=True)
    badge = await say(club, buyer, "加入了")
    assert (badge.word, badge.level, badge.colour) == ("老铁", 1, "mist")
    assert await say(club, other, "路过") is None
    assert await club.lines() == [("小丹", 1, True)]
    await club.take("club-watching", [club.watched(buyer, 900)])
    assert (await say(club, buyer, "铁粉了")).level == 2
    await club.set(is_open=False)
    assert await say(club, buyer, "关了") is None
    await club.set()
    assert (await say(club, buyer, "又开了")).level == 2


async def test_a_room_tells_once_who_rose_and_nothing_of_who_bought_in_quiet(club: Clubhouse) -> None:
    buyer, quiet = await club.market.buyer("阿亮"), await club.market.buyer("阿静")
    await club.join(buyer)
    await club.join(quiet)
    report = club.watched(buyer, 900)
    for _ in range(2):
        await club.take("club-watching", [report])
    sku = club.products[0].skus[0]
    [order] = await quiet.orders([(sku.sku_id, 1, sku.price_minor, club.stage.room_id)], is_quiet=True)
    await quiet.pay(order["order_id"])
    await club.hear()
    assert (await club.standing(quiet))["level"] == 2
    assert await club.lines() == [("阿亮", 2, False)]


async def test_when_many_rise_at_once_the_room_sees_no_more_than_can_be_read(club: Clubhouse) -> None:
    members = [await club.market.buyer(f"粉{number}") for number in range(LINES.burst + 4)]
    for member in members:
        await club.join(member)
    await club.take("club-watching", [club.watched(member, 900) for member in members])
    assert len(await club.lines()) == LINES.burst
    assert {(await club.standing(member))["level"] for member in members} == {2}


async def test_a_join_line_goes_to_no_room_of_another_shop(club: Clubhouse) -> None:
    path, fans_path = f"/api/shops/{club.other_shop_id}/fan-club", f"/api/fan-clubs/{club.other_shop_id}"
    settings = (await club.other.get(f"{path}/settings")).json()
    body = {name: settings[name] for name in ("name", "word", "levels")} | settings["rules"] | {"is_open": True}
    assert (await club.other.put(f"{path}/settings", json=body)).is_success
    buyer = await club.market.buyer()
    joined = await buyer.client.post(f"{fans_path}/membership", json={"room_id": str(club.stage.room_id)})
    assert joined.is_success, joined.text
    assert await club.lines() == []
    assert await say(club, buyer, "别家的粉") is None
