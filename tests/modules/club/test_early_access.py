"""Members may buy a flash sale before others: the server decides who, and everybody is told when it opens for them."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from tests.modules.apps.dance import make_app_token
from tests.modules.club.clubhouse import Clubhouse

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.catalog import StockId
from xiaodian.contracts.live import BagMoment
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.modules.promotion.service.run_clock import announce_flash_sales

FLASH_MINOR = 990
HOUR = timedelta(hours=1)


async def plan(club: Clubhouse, level: int, *, starts_in: timedelta = HOUR, **more: Any) -> dict[str, Any]:
    """A sale for all in an hour, for members from now on."""
    starts_at = utc_now() + starts_in
    body = {
        "sku_id": str(club.stage.sku().sku_id),
        "price_minor": FLASH_MINOR,
        "set_aside": 5,
        "starts_at_ms": to_epoch_ms(starts_at),
        "ends_at_ms": to_epoch_ms(starts_at + HOUR),
        "early": {"level": level, "seconds": 7200},
        **more,
    }
    answer = await club.stage.host.post(f"/api/shops/{club.stage.shop_id}/flash-sales", json=body)
    assert answer.status_code == 201, answer.text
    sale: dict[str, Any] = answer.json()
    return sale


async def test_members_of_the_level_buy_at_the_flash_price_while_others_pay_the_ordinary_one(club: Clubhouse) -> None:
    member, newcomer, stranger = [await club.market.buyer() for _ in range(3)]
    await club.join(member)
    await club.join(newcomer)
    await club.take("club-watching", [club.watched(member, 900)])
    sale = await plan(club, 2)
    sku, room_id = club.stage.sku(), club.stage.room_id
    assert (await member.checkout([(sku.sku_id, 1, FLASH_MINOR, room_id)])).status_code == 201
    for other in (newcomer, stranger):
        refused = await other.checkout([(sku.sku_id, 1, FLASH_MINOR, room_id)])
        assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
        assert refused.json()["params"]["price_minor"] == sku.price_minor
        assert (await other.checkout([(sku.sku_id, 1, sku.price_minor, room_id)])).status_code == 201
    assert await club.market.stock(StockId(UUID(sale["flash_sale_id"]))) == (5, 1, 0)
    [quoted] = (await member.quote([(sku.sku_id, 1)]))["shops"][0]["lines"]
    assert quoted["price_minor"] == FLASH_MINOR
    [quoted] = (await stranger.quote([(sku.sku_id, 1)]))["shops"][0]["lines"]
    assert quoted["price_minor"] == sku.price_minor


async def test_everybody_sees_that_members_buy_already_and_when_it_opens_for_all(club: Clubhouse) -> None:
    sale = await plan(club, 2)
    assert await announce_flash_sales(club.ctx.database, utc_now()) == 1
    [shown] = (await club.stage.host.get(f"/api/shops/{club.stage.shop_id}/flash-sales")).json()["items"]
    assert (shown["early_level"], shown["starts_at_ms"]) == (2, sale["starts_at_ms"])
    assert shown["opens_at_ms"] < shown["starts_at_ms"]
    await club.stage.fill_bag(0)
    bags = [moment for moment in await club.stage.told() if isinstance(moment, BagMoment)]
    [told] = [sku.flash_sale for item in bags[-1].items for sku in item.skus if sku.flash_sale is not None]
    assert (told.early_level, told.opens_at_ms, told.starts_at_ms) == (2, shown["opens_at_ms"], shown["starts_at_ms"])


async def test_no_member_buys_before_the_early_time_and_everybody_from_the_start_on(club: Clubhouse) -> None:
    member, stranger = await club.market.buyer(), await club.market.buyer()
    await club.join(member)
    sale = await plan(club, 1, starts_in=3 * HOUR)
    sku = club.stage.sku()
    refused = await member.checkout([(sku.sku_id, 1, FLASH_MINOR)])
    assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    async with club.ctx.database.connection() as connection:
        await connection.execute(
            "UPDATE promotion.flash_sale SET starts_at = now(), opens_at = now() - interval '1 hour' "
            "WHERE flash_sale_id = $1",
            UUID(sale["flash_sale_id"]),
        )
    assert (await stranger.checkout([(sku.sku_id, 1, FLASH_MINOR)])).status_code == 201


async def test_who_has_left_the_club_or_whose_club_is_closed_goes_first_no_more(club: Clubhouse) -> None:
    leaver, member = await club.market.buyer(), await club.market.buyer()
    for each in (leaver, member):
        await club.join(each)
    await plan(club, 1)
    sku = club.stage.sku()
    assert (await leaver.client.post(f"{club.path}/membership/end")).is_success
    assert (await leaver.checkout([(sku.sku_id, 1, FLASH_MINOR)])).json()["code"] == "price_changed"
    await club.set(is_open=False)
    assert (await member.checkout([(sku.sku_id, 1, FLASH_MINOR)])).json()["code"] == "price_changed"


async def test_when_all_rush_at_once_only_members_get_pieces_and_no_more_than_there_are(club: Clubhouse) -> None:
    members = [await club.market.buyer() for _ in range(4)]
    strangers = [await club.market.buyer() for _ in range(4)]
    for member in members:
        await club.join(member)
    sale = await plan(club, 1)
    sku = club.stage.sku()
    crowd = [*members, *strangers] * 2
    answers = await asyncio.gather(*(each.checkout([(sku.sku_id, 1, FLASH_MINOR)]) for each in crowd))
    won = [buyer for buyer, answer in zip(crowd, answers, strict=True) if answer.status_code == 201]
    assert len(won) == 5
    assert {buyer.account_id for buyer in won} <= {member.account_id for member in members}
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} == {"price_changed"}
    assert await club.market.stock(StockId(UUID(sale["flash_sale_id"]))) == (5, 5, 0)


async def test_a_sale_that_starts_now_opens_for_all_at_once(club: Clubhouse) -> None:
    sale = await plan(club, 3, starts_in=timedelta(0))
    assert (sale["opens_at_ms"], sale["early_level"]) == (None, None)


async def test_the_early_hour_is_part_of_the_sale_that_no_other_may_overlap(club: Clubhouse) -> None:
    await plan(club, 1, starts_in=3 * HOUR)
    now = utc_now()
    body = {"starts_at_ms": to_epoch_ms(now), "ends_at_ms": to_epoch_ms(now + 1.5 * HOUR), "early": None}
    sku = {"sku_id": str(club.stage.sku().sku_id), "price_minor": 900, "set_aside": 1}
    answer = await club.stage.host.post(f"/api/shops/{club.stage.shop_id}/flash-sales", json=sku | body)
    assert (answer.status_code, answer.json()["code"]) == (409, "flash_sale_overlaps")


async def test_a_shops_system_plans_a_sale_that_members_get_into_first_and_reads_when(
    club: Clubhouse, make_client: Callable[[], httpx.AsyncClient]
) -> None:
    scopes = (Scope.PROMOTION_READ, Scope.PROMOTION_WRITE)
    token = await make_app_token(club.stage.host, club.stage.shop_id, scopes, make_client())
    program = make_client()
    program.headers["authorization"] = f"Bearer {token}"
    starts_at = utc_now() + HOUR
    wish: dict[str, Any] = {
        "sku_id": str(club.stage.sku().sku_id),
        "price_minor": FLASH_MINOR,
        "set_aside": 5,
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + HOUR).isoformat(),
        "early": {"level": 2, "seconds": 600},
    }
    path = "/open/v1/flash-sales"
    for bad in ({"level": 0, "seconds": 600}, {"level": 2, "seconds": 90_000}, {"level": 2}):
        refused = await program.post(path, json={**wish, "early": bad}, headers={"idempotency-key": uuid4().hex})
        assert refused.status_code == 422 or refused.status_code == 400, refused.text
    made = await program.post(path, json=wish, headers={"idempotency-key": uuid4().hex})
    assert made.status_code == 201, made.text
    sale = made.json()
    opens_at, begins_at = (datetime.fromisoformat(sale[key]) for key in ("opens_at", "starts_at"))
    assert (begins_at - opens_at, sale["early_level"]) == (timedelta(seconds=600), 2)
    [listed] = (await program.get(path)).json()["items"]
    assert (listed["opens_at"], listed["early_level"]) == (sale["opens_at"], 2)
    [shown] = (await club.stage.host.get(f"/api/shops/{club.stage.shop_id}/flash-sales")).json()["items"]
    assert (shown["early_level"], shown["opens_at_ms"]) == (2, to_epoch_ms(opens_at))
