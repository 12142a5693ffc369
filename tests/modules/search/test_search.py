"""What people look for is found, as it is now, and nothing that is gone."""

import pytest
from tests.modules.search.seeker import Seeker

from xiaodian.edge.context import Records
from xiaodian.modules.search import api as search


async def test_goods_are_found_by_a_word_a_sound_letters_and_despite_a_slip(seeker: Seeker) -> None:
    await seeker.put_on_sale("丹东红颜草莓")
    await seeker.put_on_sale("Organic blueberry jam")
    await seeker.listen()
    for question in ("草莓", "草梅", "caomei", "hycm"):
        assert await seeker.titles(question) == ["丹东红颜草莓"], question
    found = await seeker.find("bluebery jam")
    assert ([one["item"]["title"] for one in found["products"]], found["understood"]) == (
        ["Organic blueberry jam"],
        "blueberry jam",
    )
    assert await seeker.titles("香蕉") == []


@pytest.mark.parametrize("question", ["caomie", "caomi", "coamei", "acomei", "camoei", "早莓", "莓草", "早梅"])
async def test_a_slip_in_pinyin_or_in_short_chinese_finds_what_was_meant_and_says_so(
    seeker: Seeker, question: str
) -> None:
    await seeker.put_on_sale("丹东红颜草莓")
    await seeker.put_on_sale("云南蓝莓果酱")
    await seeker.put_on_sale("五常大米")
    await seeker.listen()
    found = await seeker.find(question)
    assert [one["item"]["title"] for one in found["products"]] == ["丹东红颜草莓"]
    assert found["understood"] == "草莓"
    assert await seeker.titles("lanmie") == ["云南蓝莓果酱"]
    assert await seeker.titles("香蕉") == []


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("dandong coamei", "dandong 草莓"),
        ("danodng caomie", "丹东 草莓"),
        ("dandongcaomie", "丹东 草莓"),
        ("dnadongcaomei", "丹东 草莓"),
        ("dandongcaomei", "丹东 草莓"),
        ("caomeidandong", "草莓 丹东"),
    ],
)
async def test_a_slip_in_pinyin_of_several_words_apart_or_run_together_finds_what_was_meant(
    seeker: Seeker, question: str, understood: str
) -> None:
    await seeker.put_on_sale("丹东99红颜大草莓礼盒")
    await seeker.put_on_sale("云南蓝莓果酱")
    await seeker.put_on_sale("丹东大米")
    await seeker.listen()
    found = await seeker.find(question)
    assert [one["item"]["title"] for one in found["products"]] == ["丹东99红颜大草莓礼盒"]
    assert found["understood"] == understood


@pytest.mark.parametrize("question", ["xyzwcaomei", "caomeixyzw", "qwertyuiop"])
async def test_letters_of_which_one_part_is_nothing_are_not_taken_for_the_other(seeker: Seeker, question: str) -> None:
    await seeker.put_on_sale("丹东草莓")
    await seeker.listen()
    assert (await seeker.find(question))["products"] == []


async def test_what_fits_exactly_is_not_mixed_with_what_only_sounds_nearly_so(seeker: Seeker) -> None:
    await seeker.put_on_sale("早莓")
    await seeker.put_on_sale("草莓")
    await seeker.listen()
    for question, title in (("早莓", "早莓"), ("zaomei", "早莓"), ("草莓", "草莓"), ("caomei", "草莓")):
        found = await seeker.find(question)
        assert ([one["item"]["title"] for one in found["products"]], found["understood"]) == ([title], None), question


async def test_what_has_the_words_in_its_title_comes_before_what_has_them_elsewhere(seeker: Seeker) -> None:
    await seeker.put_on_sale("礼盒", attributes=[{"name": "口味", "value": "草莓"}])
    await seeker.put_on_sale("草莓礼盒")
    await seeker.listen()
    assert await seeker.titles("草莓") == ["草莓礼盒", "礼盒"]


async def test_goods_that_are_taken_off_sale_or_whose_shop_closes_are_not_shown(seeker: Seeker) -> None:
    product_id = await seeker.put_on_sale("云南鲜花饼")
    await seeker.listen()
    path = f"/api/products/{product_id}"
    off = await seeker.market.seller.patch(path, json={"state": "off"})
    assert off.is_success, off.text
    assert await seeker.titles("鲜花饼") == [], "before search has heard of it"
    await seeker.listen()
    assert await seeker.titles("鲜花饼") == []
    await seeker.market.seller.patch(path, json={"state": "on_sale"})
    await seeker.listen()
    assert await seeker.titles("鲜花饼") == ["云南鲜花饼"]
    shop = f"/api/shops/{seeker.market.shop_id}"
    closed = await seeker.market.seller.patch(shop, json={"is_open": False})
    assert closed.is_success, closed.text
    await seeker.listen()
    assert await seeker.titles("鲜花饼") == []


async def test_a_new_title_is_found_and_the_old_one_no_more(seeker: Seeker) -> None:
    product_id = await seeker.put_on_sale("山东苹果")
    await seeker.listen()
    path = f"/api/products/{product_id}"
    assert (await seeker.market.seller.patch(path, json={"title": "陕西石榴"})).is_success
    await seeker.listen(twice=True)
    assert (await seeker.titles("石榴"), await seeker.titles("苹果")) == (["陕西石榴"], [])


async def test_a_creator_is_found_by_name_and_by_the_name_of_the_own_shop(seeker: Seeker) -> None:
    await seeker.listen()
    me = (await seeker.market.seller.get("/api/me")).json()
    shop = (await seeker.market.seller.get(f"/api/shops/{seeker.market.shop_id}")).json()
    for question in (me["display_name"], shop["name"]):
        creators = (await seeker.find(question))["creators"]
        assert [one["account_id"] for one in creators] == [str(seeker.market.seller_id)], question


async def test_a_video_is_found_by_title_topic_and_creator_until_it_is_hidden(seeker: Seeker) -> None:
    video_id = await seeker.publish("早上五点摘草莓", "丹东草莓季")
    await seeker.listen()
    name = (await seeker.market.seller.get("/api/me")).json()["display_name"]
    for question in ("五点摘草莓", "caomeiji", name):
        found = await seeker.find(question)
        assert [one["video_id"] for one in found["videos"]] == [str(video_id)], question
    assert (await seeker.find("草莓季"))["topics"] == [{"topic": "丹东草莓季", "videos": 1}]
    async with seeker.market.ctx.database.transaction() as connection:
        await connection.execute("UPDATE content.video SET state = 'hidden' WHERE video_id = $1", video_id)
        await connection.execute("DELETE FROM content.video_topic WHERE video_id = $1", video_id)
    found = await seeker.find("草莓季")
    assert (found["videos"], found["topics"]) == ([], [])


async def test_one_kind_goes_on_page_by_page_without_doubles(seeker: Seeker) -> None:
    for number in range(7):
        await seeker.put_on_sale(f"土蜂蜜{number}号")
    await seeker.listen()
    seen: list[str] = []
    cursor = None
    while True:
        page = await seeker.find("蜂蜜", kind="products", limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [one["item"]["title"] for one in page["products"]]
        assert page["creators"] == []
        if not (cursor := page["next_cursor"]):
            break
    assert sorted(seen) == [f"土蜂蜜{number}号" for number in range(7)]


@pytest.mark.parametrize("question", ["'", "a' & !b:*", "\\", "🍓", "%", "select(1)", "x" * 60, "、"])
async def test_no_question_breaks_anything(seeker: Seeker, question: str) -> None:
    assert (await seeker.find(question))["products"] == []


async def test_bad_questions_are_told_so(seeker: Seeker) -> None:
    for params in (
        {"q": ""},
        {"q": "x" * 61},
        {"q": "a", "kind": "cats"},
        {"q": "a", "cursor": "WzFd0"},
        {"q": "a", "limit": "0"},
    ):
        answer = await seeker.market.seller.get("/api/search", params=params)
        assert 400 <= answer.status_code < 500, params


async def test_made_anew_the_index_is_what_it_was(seeker: Seeker) -> None:
    await seeker.put_on_sale("红颜草莓")
    await seeker.put_on_sale("Wool jumper")
    await seeker.listen()
    before = await seeker.documents()
    done = await search.rebuild(Records(settings=seeker.market.ctx.settings, database=seeker.market.ctx.database))
    assert (await seeker.documents(), done.documents) == (before, len(before))
