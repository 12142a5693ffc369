"""The host reads after the room what viewers asked most: counted by product, never who asked or in which words."""

from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace
from tests.live.stage import Stage, comment_of, envelope_of, publish
from tests.modules.insights.test_report_prints import text_of

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import CommentId, CommentRemovedMoment, RoomMoved, RoomState
from xiaodian.contracts.reports import QuestionKind
from xiaodian.kit.clock import to_epoch_ms, utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.surfacing import handlers
from xiaodian.modules.surfacing.engine.questions import kinds_of


async def end_room(stage: Stage) -> None:
    """The room ends, and whoever counts questions hears of it, twice."""
    assert (await stage.host.post(f"{stage.control}/end")).is_success
    await stage.entries()
    moved = RoomMoved(
        room_id=stage.room_id,
        host_id=stage.host_id,
        shop_id=stage.shop_id,
        state=RoomState.ENDED,
        at_ms=to_epoch_ms(utc_now()),
    )
    [consumer] = [each for each in handlers.consumers(stage.ctx) if each.durable == "surfacing-questions"]
    for _ in range(2):
        await consumer.handle([envelope_of(moved)])


async def asked(stage: Stage, who: httpx.AsyncClient | None = None) -> list[tuple[str | None, str, int]]:
    """What the report tells of questions: of which product, which kind, by how many."""
    answer = await (who or stage.host).get(f"/api/rooms/{stage.room_id}/report")
    assert answer.status_code == 200, answer.text
    return [(each["title"], each["kind"], each["people"]) for each in answer.json()["questions"]]


async def test_a_host_reads_what_viewers_asked_of_which_product_by_how_many(stage: Stage) -> None:
    await stage.fill_bag()
    await stage.go_on_air()
    await stage.entries()
    people = [AccountId(uuid4()) for _ in range(5)]
    for person in people:
        await stage.say("草莓多少钱", by=person)
        await stage.say("草莓多少钱呀", by=person)
    for person in people[:3]:
        await stage.say("什么时候发货", by=person)
        await stage.say("大米有几斤的", by=person)
    for person in people[:2]:
        await stage.say("大米多少钱", by=person)
    await stage.say("主播真好看")
    await end_room(stage)
    assert await asked(stage) == [
        ("丹东草莓", "price", 5),
        (None, "shipping", 3),
        ("五常大米", "size", 3),
    ]
    async with stage.ctx.database.connection() as connection:
        rows = str(await connection.fetch("SELECT * FROM insights.room_question"))
    assert all(str(person) not in rows for person in people)
    assert "多少钱" not in rows


async def test_what_nobody_names_is_asked_of_what_was_on_show(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaodian.modules.surfacing.room_asked.BEHIND_MS", 0)
    await stage.fill_bag()
    await stage.go_on_air()
    before_ms = to_epoch_ms(utc_now()) - 1000
    for _ in range(3):
        await publish(stage.ctx.broker, stage.room_id, replace(comment_of("多少钱"), at_ms=before_ms))
    product_id = str(stage.products[1].product_id)
    assert (await stage.host.put(f"{stage.control}/featured", json={"product_id": product_id})).is_success
    for _ in range(4):
        await stage.say("多少钱")
        await stage.say("包邮吗")
    await end_room(stage)
    assert await asked(stage) == [("五常大米", "price", 4), (None, "shipping", 4), (None, "price", 3)]


async def test_what_the_host_removed_or_said_and_whom_the_host_muted_does_not_count(stage: Stage) -> None:
    await stage.go_on_air()
    people = [AccountId(uuid4()) for _ in range(4)]
    said = [await stage.say("有优惠券吗", by=person) for person in people]
    hosts_own = replace(said[0], comment_id=CommentId(new_id()), account_id=stage.host_id, is_host=True)
    await publish(stage.ctx.broker, stage.room_id, hosts_own)
    assert await count_after(stage, said[0].comment_id) == [(None, "offer", 3)]


async def count_after(stage: Stage, removed: CommentId) -> list[tuple[str | None, str, int]]:
    """The host removes one of them."""
    moment = CommentRemovedMoment(at_ms=to_epoch_ms(utc_now()), comment_id=removed)
    await publish(stage.ctx.broker, stage.room_id, moment)
    await end_room(stage)
    return await asked(stage)


async def test_questions_are_on_paper_and_shared_only_if_chosen_and_not_with_products_that_are_not(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    await stage.fill_bag()
    await stage.go_on_air()
    await stage.entries()
    for _ in range(3):
        await stage.say("草莓多少钱")
        await stage.say("包邮吗")
    await end_room(stage)
    report = f"/api/rooms/{stage.room_id}/report"
    paper = text_of((await stage.host.get(f"{report}/pdf")).content)
    assert "观众问得最多" in paper
    assert "价格 · 丹东草莓" in paper
    assert (await stage.host.get(f"{report}/picture")).content.startswith(b"\x89PNG")
    found = {}
    for parts in ((), ("questions",), ("questions", "products")):
        link = (await stage.host.post(f"{report}/links", json={"parts": list(parts), "days": 7})).json()
        found[parts] = [
            (each["title"], each["kind"]) for each in (await client.get(f"/api{link['path']}")).json()["questions"]
        ]
    assert found[()] == []
    assert found["questions",] == [(None, "shipping")]
    assert sorted(found["questions", "products"], key=str) == [("丹东草莓", "price"), (None, "shipping")]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("多少钱", {"price"}),
        ("怎么卖的", {"price"}),
        ("价格", {"price"}),
        ("这个价格真不错", set()),
        ("链接呢", {"link"}),
        ("几号链接", {"link"}),
        ("160斤穿什么码", {"size"}),
        ("尺码偏大吗", {"size"}),
        ("有黑色的吗？什么颜色", {"look"}),
        ("还有货吗", {"stock"}),
        ("没抢到，还补货吗", {"stock"}),
        ("发什么快递", {"shipping"}),
        ("新疆包邮吗", {"shipping"}),
        ("能退吗", {"returns"}),
        ("有运费险吗", {"returns"}),
        ("甜吗", {"goods"}),
        ("什么材质的", {"goods"}),
        ("再讲一下", {"show"}),
        ("主播晚上好", set()),
        ("买到了，好开心", set()),
        ("哈哈哈哈", set()),
        ("how much is it", {"price"}),
        ("do you ship to Canada?", {"shipping"}),
        ("what sizes do you have", {"size"}),
        ("which link", {"link"}),
        ("any discount code?", {"offer"}),
        ("can you show it again", {"show"}),
        ("love this host", set()),
        ("my size arrived and I love it so much", set()),
    ],
)
def test_what_a_viewer_asks_is_known_by_its_kind_and_what_asks_nothing_is_none(text: str, kinds: set[str]) -> None:
    assert {str(kind) for kind in kinds_of(text)} == kinds
    assert kinds <= {str(kind) for kind in QuestionKind}
