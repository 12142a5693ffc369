"""Room control: each call does what it says, once; who is not the host changes nothing."""

import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import SignUp
from tests.live.stage import Stage, make_product

from xiaodian.contracts.live import (
    BagMoment,
    CommentPinnedMoment,
    CommentRemovedMoment,
    FeaturedMoment,
    MutedMoment,
    PriceMoment,
    RoomState,
    StateMoment,
    StockMoment,
    UnfeaturedMoment,
)
from xiaodian.modules.live.service import mute_viewer

Call = Callable[[httpx.AsyncClient, Stage], Awaitable[httpx.Response]]


async def bag_numbers(stage: Stage) -> list[tuple[int, str]]:
    bags = [moment for moment in await stage.told() if isinstance(moment, BagMoment)]
    return [(item.number, item.title) for item in bags[-1].items]


async def test_the_bag_shows_products_in_the_hosts_order_with_price_and_stock(stage: Stage) -> None:
    await stage.fill_bag(1, 0)
    assert await bag_numbers(stage) == [(1, "五常大米"), (2, "丹东草莓")]
    (bag,) = await stage.told()
    assert isinstance(bag, BagMoment)
    sku = bag.items[0].skus[0]
    assert (sku.list_price_minor, sku.price_minor, sku.available) == (2990, 2990, 10)
    await stage.fill_bag(0, 1)
    assert await bag_numbers(stage) == [(1, "丹东草莓"), (2, "五常大米")]


async def test_the_same_bag_again_is_not_told_again(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.fill_bag()
    assert len(await stage.told()) == 1


async def test_a_bag_holds_only_what_the_host_may_sell(stage: Stage, sign_up: SignUp) -> None:
    other, _ = await sign_up("别人")
    other_shop = (await other.post("/api/shops", json={"name": "别人的店"})).json()["shop_id"]
    foreign = await make_product(other, other_shop, "别人的")
    draft = await make_product(stage.host, stage.shop_id, "草稿", "draft")
    await stage.fill_bag(0)
    for bad in (str(foreign.product_id), str(draft.product_id), str(uuid4())):
        answer = await stage.host.put(f"{stage.control}/bag", json={"product_ids": [bad]})
        assert (answer.status_code, answer.json()["field"]) == (422, "product_ids")
        assert answer.json()["params"]["product_id"] == bad
    twice = [str(stage.products[0].product_id)] * 2
    assert (await stage.host.put(f"{stage.control}/bag", json={"product_ids": twice})).status_code == 422
    many = [str(uuid4()) for _ in range(101)]
    full = await stage.host.put(f"{stage.control}/bag", json={"product_ids": many})
    assert (full.status_code, full.json()["code"]) == (409, "bag_full")
    assert await bag_numbers(stage) == [(1, "丹东草莓")]


async def test_featuring_shows_the_card_at_the_moment_of_the_picture_that_the_host_meant(stage: Stage) -> None:
    await stage.fill_bag()
    at_ms = time.time_ns() // 1_000_000 - 2_000
    product_id = str(stage.products[0].product_id)
    answer = await stage.host.put(f"{stage.control}/featured", json={"product_id": product_id, "at_ms": at_ms})
    assert answer.json() == {"cue_id": answer.json()["cue_id"], "at_ms": at_ms}
    cue_id = answer.json()["cue_id"]
    moment = (await stage.told())[-1]
    assert isinstance(moment, FeaturedMoment)
    assert (str(moment.cue_id), str(moment.product_id), moment.at_ms) == (cue_id, product_id, at_ms)
    cues = (await stage.host.get(f"/api/rooms/{stage.room_id}/cues")).json()["items"]
    assert cues == [{"cue_id": cue_id, "product_id": product_id, "start_ms": at_ms, "end_ms": None, "why": None}]
    async with stage.ctx.database.connection() as connection:
        row = await connection.fetchrow("SELECT range_id, end_at, attributes FROM media.date_range")
    assert row is not None
    assert (row["range_id"], row["end_at"], row["attributes"]["X-PRODUCT-ID"]) == (cue_id, None, product_id)


async def test_featuring_again_changes_nothing_and_featuring_another_ends_the_first(stage: Stage) -> None:
    await stage.fill_bag()
    first, second = (str(product.product_id) for product in stage.products)
    one = (await stage.host.put(f"{stage.control}/featured", json={"product_id": first})).json()
    again = (await stage.host.put(f"{stage.control}/featured", json={"product_id": first})).json()
    assert one == again
    other = (await stage.host.put(f"{stage.control}/featured", json={"product_id": second})).json()
    kinds = [type(moment) for moment in await stage.told()]
    assert kinds == [BagMoment, FeaturedMoment, UnfeaturedMoment, FeaturedMoment]
    cues = (await stage.host.get(f"/api/rooms/{stage.room_id}/cues")).json()["items"]
    assert [cue["cue_id"] for cue in cues] == [one["cue_id"], other["cue_id"]]
    assert cues[0]["end_ms"] == cues[1]["start_ms"] == other["at_ms"]
    async with stage.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM media.date_range WHERE end_at IS NULL") == 1


async def test_the_card_goes_once(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.host.put(f"{stage.control}/featured", json={"product_id": str(stage.products[0].product_id)})
    for _ in range(2):
        assert (await stage.host.delete(f"{stage.control}/featured")).status_code == 204
    assert [type(moment) for moment in await stage.told()] == [BagMoment, FeaturedMoment, UnfeaturedMoment]


async def test_a_product_outside_the_bag_or_a_time_out_of_reach_is_refused(stage: Stage) -> None:
    await stage.fill_bag(0)
    absent = await stage.host.put(f"{stage.control}/featured", json={"product_id": str(stage.products[1].product_id)})
    assert (absent.status_code, absent.json()["code"]) == (409, "not_in_bag")
    for at_ms in (0, -1, 10**17, 10**30, time.time_ns() // 1_000_000 + 3_600_000):
        body = {"product_id": str(stage.products[0].product_id), "at_ms": at_ms}
        answer = await stage.host.put(f"{stage.control}/featured", json=body)
        assert answer.status_code in (400, 422), answer.text
    assert [type(moment) for moment in await stage.told()] == [BagMoment]


async def test_what_leaves_the_bag_is_no_longer_on_show_nor_at_its_live_price(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.host.put(f"{stage.control}/featured", json={"product_id": str(stage.products[0].product_id)})
    await stage.host.put(f"{stage.control}/skus/{stage.sku().sku_id}/price", json={"price_minor": 990})
    await stage.fill_bag(1)
    assert [type(moment) for moment in await stage.told()] == [
        BagMoment,
        FeaturedMoment,
        PriceMoment,
        UnfeaturedMoment,
        BagMoment,
    ]
    async with stage.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM promotion.live_price") == 0


async def test_a_live_price_is_told_once_and_taken_back_once(stage: Stage) -> None:
    await stage.fill_bag()
    path = f"{stage.control}/skus/{stage.sku().sku_id}/price"
    for _ in range(2):
        assert (await stage.host.put(path, json={"price_minor": 1990})).status_code == 204
    for _ in range(2):
        assert (await stage.host.delete(path)).status_code == 204
    prices = [moment.price_minor for moment in await stage.told() if isinstance(moment, PriceMoment)]
    assert prices == [1990, 2990]


async def test_a_live_price_above_the_ordinary_one_or_below_a_fen_is_refused(stage: Stage) -> None:
    await stage.fill_bag(0)
    path = f"{stage.control}/skus/{stage.sku().sku_id}/price"
    for price_minor in (2991, 0, -1):
        answer = await stage.host.put(path, json={"price_minor": price_minor})
        assert (answer.status_code, answer.json()["field"]) == (422, "price_minor")
    absent = await stage.host.put(f"{stage.control}/skus/{stage.sku(1).sku_id}/price", json={"price_minor": 1})
    assert (absent.status_code, absent.json()["code"]) == (409, "not_in_bag")
    assert [type(moment) for moment in await stage.told()] == [BagMoment]


async def test_stock_set_by_the_host_is_told_once_in_a_planned_room(stage: Stage) -> None:
    await stage.fill_bag(0)
    path = f"{stage.control}/skus/{stage.sku().sku_id}/stock"
    for _ in range(2):
        assert (await stage.host.put(path, json={"available": 3})).status_code == 204
    assert [moment.available for moment in await stage.told() if isinstance(moment, StockMoment)] == [3]
    bad = await stage.host.put(path, json={"available": -1})
    assert bad.status_code == 422
    product = (await stage.host.get(f"/api/products/{stage.products[0].product_id}")).json()
    assert product["skus"][0]["available"] == 3


async def test_a_comment_can_be_pinned_taken_down_and_removed_each_told_once(stage: Stage) -> None:
    comment = await stage.say("包邮吗？")
    for _ in range(2):
        answer = await stage.host.put(f"{stage.control}/pinned", json={"comment_id": str(comment.comment_id)})
        assert answer.status_code == 204, answer.text
    for _ in range(2):
        assert (await stage.host.delete(f"{stage.control}/pinned")).status_code == 204
    for _ in range(2):
        gone = await stage.host.delete(f"{stage.control}/comments/{comment.comment_id}")
        assert gone.status_code == 204
    told = (await stage.told())[1:]
    assert [type(moment) for moment in told] == [CommentPinnedMoment, CommentPinnedMoment, CommentRemovedMoment]
    pinned, unpinned = told[0], told[1]
    assert isinstance(pinned, CommentPinnedMoment)
    assert isinstance(unpinned, CommentPinnedMoment)
    assert (pinned.comment_id, pinned.text, pinned.account_id) == (comment.comment_id, "包邮吗？", comment.account_id)
    assert unpinned.comment_id is None
    again = await stage.host.put(f"{stage.control}/pinned", json={"comment_id": str(comment.comment_id)})
    assert again.status_code == 404


async def test_removing_a_pinned_comment_takes_the_pin_out_too(stage: Stage) -> None:
    comment = await stage.say("加我微信")
    await stage.host.put(f"{stage.control}/pinned", json={"comment_id": str(comment.comment_id)})
    await stage.host.delete(f"{stage.control}/comments/{comment.comment_id}")
    kinds = [type(moment) for moment in (await stage.told())[1:]]
    assert kinds == [CommentPinnedMoment, CommentPinnedMoment, CommentRemovedMoment]


async def test_a_comment_that_was_never_made_cannot_be_pinned_or_removed(stage: Stage) -> None:
    await stage.say("在吗")
    for comment_id in (uuid4(), "01900000-0000-7000-8000-000000000000", "ffffffff-ffff-7fff-bfff-ffffffffffff"):
        pin = await stage.host.put(f"{stage.control}/pinned", json={"comment_id": str(comment_id)})
        remove = await stage.host.delete(f"{stage.control}/comments/{comment_id}")
        assert (pin.status_code, remove.status_code) == (404, 404)
    assert len(await stage.told()) == 1


async def test_a_muted_viewer_can_say_no_more_until_let_speak_again(stage: Stage, sign_up: SignUp) -> None:
    viewer, viewer_id = await sign_up("话多")
    path = f"/api/rooms/{stage.room_id}/comments"
    assert (await viewer.post(path, json={"text": "广告"})).status_code == 201
    for _ in range(2):
        assert (await stage.host.put(f"{stage.control}/muted/{viewer_id}")).status_code == 204
    listed = (await stage.host.get(f"{stage.control}/muted")).json()
    assert listed == {"items": [{"account_id": str(viewer_id), "display_name": "话多", "avatar_url": None}]}
    refused = await viewer.post(path, json={"text": "广告"})
    assert (refused.status_code, refused.json()["code"]) == (403, "muted")
    muted = [moment.account_id for moment in await stage.told() if isinstance(moment, MutedMoment)]
    assert muted == [viewer_id]
    for _ in range(2):
        assert (await stage.host.delete(f"{stage.control}/muted/{viewer_id}")).status_code == 204
    assert (await viewer.post(path, json={"text": "对不起"})).status_code == 201
    assert (await stage.host.get(f"{stage.control}/muted")).json() == {"items": []}
    assert (await stage.host.put(f"{stage.control}/muted/{uuid4()}")).status_code == 404
    assert (await stage.host.put(f"{stage.control}/muted/{stage.host_id}")).status_code == 422


async def test_the_list_of_the_muted_has_the_latest_first_and_an_end(
    stage: Stage, sign_up: SignUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    muted = [(await sign_up(name))[1] for name in ("一", "二", "三")]
    for account_id in muted:
        await stage.host.put(f"{stage.control}/muted/{account_id}")
    monkeypatch.setattr(mute_viewer, "MAX_LISTED", 2)
    listed = (await stage.host.get(f"{stage.control}/muted")).json()["items"]
    assert [viewer["display_name"] for viewer in listed] == ["三", "二"]


async def test_muting_who_is_pinned_takes_the_pin_out(stage: Stage, sign_up: SignUp) -> None:
    _, viewer_id = await sign_up("话多")
    comment = await stage.say("广告", viewer_id)
    await stage.host.put(f"{stage.control}/pinned", json={"comment_id": str(comment.comment_id)})
    await stage.host.put(f"{stage.control}/muted/{viewer_id}")
    kinds = [type(moment) for moment in (await stage.told())[1:]]
    assert kinds == [CommentPinnedMoment, CommentPinnedMoment, MutedMoment]


async def test_the_end_closes_the_card_the_live_prices_and_the_stream_once(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.go_on_air()
    await stage.host.put(f"{stage.control}/featured", json={"product_id": str(stage.products[0].product_id)})
    await stage.host.put(f"{stage.control}/skus/{stage.sku().sku_id}/price", json={"price_minor": 990})
    before = len(await stage.told())
    for _ in range(2):
        assert (await stage.host.post(f"{stage.control}/end")).status_code == 204
    told = (await stage.told())[before:]
    assert [type(moment) for moment in told] == [UnfeaturedMoment, BagMoment, StateMoment]
    bag, state = told[1], told[2]
    assert isinstance(bag, BagMoment)
    assert isinstance(state, StateMoment)
    assert bag.items[0].skus[0].price_minor == 2990
    assert state.state is RoomState.ENDED
    room = (await stage.host.get(f"/api/rooms/{stage.room_id}")).json()
    assert room["state"] == "ended"
    assert room["duration_ms"] == room["ended_at_ms"] - room["started_at_ms"]
    async with stage.ctx.database.connection() as connection:
        assert await connection.fetchval("SELECT state FROM media.stream") == "ended"


CALLS: dict[str, Call] = {
    "bag": lambda client, stage: client.put(f"{stage.control}/bag", json={"product_ids": []}),
    "featured": lambda client, stage: client.put(
        f"{stage.control}/featured", json={"product_id": str(stage.products[0].product_id)}
    ),
    "unfeatured": lambda client, stage: client.delete(f"{stage.control}/featured"),
    "price": lambda client, stage: client.put(
        f"{stage.control}/skus/{stage.sku().sku_id}/price", json={"price_minor": 1}
    ),
    "no price": lambda client, stage: client.delete(f"{stage.control}/skus/{stage.sku().sku_id}/price"),
    "stock": lambda client, stage: client.put(
        f"{stage.control}/skus/{stage.sku().sku_id}/stock", json={"available": 0}
    ),
    "pinned": lambda client, stage: client.put(f"{stage.control}/pinned", json={"comment_id": str(uuid4())}),
    "unpinned": lambda client, stage: client.delete(f"{stage.control}/pinned"),
    "removed": lambda client, stage: client.delete(f"{stage.control}/comments/{uuid4()}"),
    "muted": lambda client, stage: client.put(f"{stage.control}/muted/{uuid4()}"),
    "unmuted": lambda client, stage: client.delete(f"{stage.control}/muted/{uuid4()}"),
}
ALSO_WHEN_ENDED: dict[str, Call] = {
    "end": lambda client, stage: client.post(f"{stage.control}/end"),
    "log": lambda client, stage: client.get(f"{stage.control}/log"),
    "who is muted": lambda client, stage: client.get(f"{stage.control}/muted"),
    "title": lambda client, stage: client.patch(f"/api/rooms/{stage.room_id}", json={"title": "变了"}),
}


async def rows_of(stage: Stage) -> list[Any]:
    async with stage.ctx.database.connection() as connection:
        return [
            await connection.fetch(f"SELECT * FROM {table}")
            for table in (
                "live.room",
                "live.bag_item",
                "live.cue",
                "live.mute",
                "live.removed_comment",
                "promotion.live_price",
                "catalog.stock",
            )
        ]


@pytest.mark.parametrize("name", [*CALLS, *ALSO_WHEN_ENDED])
async def test_only_the_host_controls_the_room(
    stage: Stage, sign_up: SignUp, client: httpx.AsyncClient, name: str
) -> None:
    await stage.fill_bag()
    call = (CALLS | ALSO_WHEN_ENDED)[name]
    other_host, _ = await sign_up("别的主播")
    await other_host.post("/api/rooms", json={"title": "我的"})
    told, rows = await stage.told(), await rows_of(stage)
    assert (await call(client, stage)).status_code == 401
    assert (await call(other_host, stage)).status_code == 403
    assert (await stage.told(), await rows_of(stage)) == (told, rows)


@pytest.mark.parametrize("name", CALLS)
async def test_an_ended_room_is_not_changed_any_more(stage: Stage, name: str) -> None:
    await stage.fill_bag()
    await stage.host.post(f"{stage.control}/end")
    told, rows = await stage.told(), await rows_of(stage)
    answer = await CALLS[name](stage.host, stage)
    assert (answer.status_code, answer.json()["code"]) == (409, "room_ended")
    assert (await stage.told(), await rows_of(stage)) == (told, rows)


@pytest.mark.parametrize("name", [*CALLS, *ALSO_WHEN_ENDED])
async def test_an_unknown_room_is_not_found(stage: Stage, name: str) -> None:
    from xiaodian.contracts.live import RoomId

    known, stage.room_id = stage.room_id, RoomId(uuid4())
    assert (await (CALLS | ALSO_WHEN_ENDED)[name](stage.host, stage)).status_code == 404
    stage.room_id = known


async def test_a_stream_deck_with_a_token_controls_the_room_and_nothing_else(stage: Stage) -> None:
    await stage.fill_bag()
    made = await stage.host.post("/api/me/tokens", json={"name": "Stream Deck", "scopes": ["room:control"]})
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    async with httpx.AsyncClient(transport=stage.host._transport, base_url="http://test", headers=headers) as deck:
        body = {"product_id": str(stage.products[0].product_id)}
        assert (await deck.put(f"{stage.control}/featured", json=body)).status_code == 200
        assert (await deck.post("/api/rooms", json={"title": "x"})).status_code == 403
        log = (await deck.get(f"{stage.control}/log")).json()
    assert isinstance((await stage.told())[-1], FeaturedMoment)
    assert [entry["kind"] for entry in log["items"]][:1] in ([], ["bag"])


async def test_the_log_is_numbered_and_can_be_read_piece_by_piece(stage: Stage) -> None:
    texts = [f"第{number}句" for number in range(7)]
    for text in texts:
        await stage.say(text)
    seen: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = (await stage.host.get(f"{stage.control}/log", params={"after": after, "limit": 3})).json()
        seen += page["items"]
        after = page["next"]
    assert [entry["moment"]["text"] for entry in seen] == texts
    assert {entry["kind"] for entry in seen} == {"comment"}
    numbers = [entry["seq"] for entry in seen]
    assert numbers == sorted(set(numbers))
