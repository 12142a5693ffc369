"""Videos learn when their cards come up; bags are ordered for each viewer; prices and stock are nobody's own."""

import random
from uuid import uuid4

import httpx
from tests.conftest import SignUp
from tests.modules.feed.cinema import DURATION_MS
from tests.modules.insights.observer import late_and_twice
from tests.modules.surfacing.screening import TABLES, Screening

from xiaodian.modules.content.service.show_videos import choose_cues
from xiaodian.modules.content.video_queries import list_moments, list_products
from xiaodian.modules.surfacing.service.rebuild import rebuild
from xiaodian.modules.surfacing.service.weigh_moments import compare_likes, weigh_video

VTT = """WEBVTT

00:00.500 --> 00:03.000
大家好,今天天气真好

00:11.000 --> 00:14.000
来,给大家看一下这款{title},三斤装
"""


async def test_late_and_doubled_words_change_nothing_and_a_rebuild_learns_the_same(
    screening: Screening, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    rng = random.Random(4)
    member, _ = await sign_up("熟客")
    for _ in range(12):
        card_ms = rng.randrange(18_000)
        await screening.watch(client, card_ms, rng.randrange(card_ms, 20_000), is_clicked=rng.random() < 0.3)
    await screening.tell(member, screening.deed("card_shown", 4_000), screening.deed("product_viewed", 5_000))
    await screening.observer.order_from_video(screening.product, screening.video_id, 6_200)
    await screening.observer.order_from_video(screening.product, screening.video_id, None)
    reports, orders = await screening.observer.reports(), await screening.observer.events()
    paid = [each for each in orders if each.type == "OrderPaid"]
    await screening.observer.take_reports(reports)
    await screening.hear("surfacing-viewings", reports)
    await screening.hear("surfacing-orders", paid)
    learned = await screening.rows()
    assert sum(row[4] for row in learned["moment_count"]) == 13
    assert sum(row[6] for row in learned["moment_count"]) == 1
    for envelope in late_and_twice([*reports, *paid], rng):
        durable = "surfacing-orders" if envelope.type == "OrderPaid" else "surfacing-viewings"
        await screening.hear(durable, [envelope])
    assert await screening.rows() == learned
    done = await rebuild(screening.ctx)
    assert (done.orders, await screening.rows()) == (2, learned)


async def test_words_that_come_in_another_order_teach_the_same(screening: Screening, client: httpx.AsyncClient) -> None:
    viewer_id = uuid4()
    words = [
        screening.deed("card_shown", 8_000),
        screening.deed("card_clicked", 8_900),
        screening.deed("left", 12_000),
    ]
    for word in reversed(words):
        await screening.tell(client, word, viewer_id=viewer_id)
    await screening.learn()
    rows = await screening.rows()
    assert [row[2:3] + row[4:] for row in rows["moment_count"]] == [(8, 1, 1, 0, 0)]


async def test_what_no_video_shows_teaches_nothing(screening: Screening, client: httpx.AsyncClient) -> None:
    stranger = str(screening.observer.products[2].product_id)
    await screening.tell(
        client,
        screening.deed("card_shown", 4_000, product_id=stranger),
        screening.deed("card_shown", 4_000, video_id=str(uuid4())),
    )
    await screening.learn()
    assert await screening.rows() == {table: [] for table in TABLES}


async def test_a_card_that_drives_people_away_comes_up_no_more(screening: Screening, client: httpx.AsyncClient) -> None:
    await screening.learn()
    await screening.hear_of_it()
    await screening.weigh()
    first, second = (await screening.moments())[1:3]
    for number in range(40):
        await screening.watch(client, first["at_ms"], first["at_ms"] + 1_000)
        await screening.watch(client, second["at_ms"], 19_500, is_clicked=number % 4 == 0)
    await screening.learn()
    await screening.weigh()
    moments = {each["at_ms"]: each for each in await screening.moments()}
    annoying, liked = moments.get(first["at_ms"]), moments[second["at_ms"]]
    assert annoying is None or annoying["share"] < 0.01
    assert liked["share"] == max(each["share"] for each in moments.values())
    assert (liked["shown"], liked["clicked"], liked["left"]) == (40, 10, 0)
    async with screening.ctx.database.connection() as connection:
        told = await list_moments(connection, [screening.video_id])
    of_first = [each for each in told[screening.video_id] if each.product_id == screening.product.product_id]
    weights = {each.at_ms: each.weight for each in of_first}
    assert weights == {at_ms: round(each["share"] * 10_000) for at_ms, each in moments.items() if each["share"]}


async def test_the_creators_own_moment_stays_whatever_is_learned(screening: Screening) -> None:
    product_id = screening.product.product_id
    async with screening.ctx.database.transaction() as connection:
        await connection.execute(
            "UPDATE content.video_product SET at_ms = 7300, show_ms = 5000 WHERE video_id = $1 AND product_id = $2",
            screening.video_id,
            product_id,
        )
    await screening.hear_of_it()
    await screening.weigh()
    async with screening.ctx.database.connection() as connection:
        products = await list_products(connection, [screening.video_id])
        learned = (await list_moments(connection, [screening.video_id]))[screening.video_id]
    assert product_id in {each.product_id for each in learned}
    for _ in range(5):
        cues = choose_cues(products, learned, DURATION_MS)
        [own] = [cue for cue in cues if cue.product_id == product_id]
        [other] = [cue for cue in cues if cue.product_id != product_id]
        assert (own.at_ms, own.show_ms, own.reason) == (7_300, 5_000, "creator")
        assert other.reason in {"tried", "near_best"}


async def test_where_the_film_speaks_of_a_product_is_tried_with_that_reason(screening: Screening) -> None:
    vtt = VTT.format(title=screening.product.title)
    path = f"/api/me/videos/{screening.video_id}/transcript"
    headers = {"content-type": "text/vtt"}
    answer = await screening.creator.client.post(path, content=vtt.encode(), headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"taken": 2, "known": 0})
    again = await screening.creator.client.post(path, content=vtt.encode(), headers=headers)
    assert again.json() == {"taken": 2, "known": 2}
    await screening.weigh()
    assert [each["at_ms"] for each in await screening.moments() if each["reason"] == "said"] == [11_000]


async def test_where_a_product_was_opened_and_bought_before_is_tried_with_that_reason(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    for _ in range(3):
        await screening.tell(client, screening.deed("entered"), screening.deed("product_viewed", 15_400))
    for _ in range(2):
        await screening.observer.order_from_video(screening.product, screening.video_id, 6_200)
    reports = await screening.observer.reports()
    await screening.observer.take_reports(reports)
    await screening.observer.hear()
    await screening.hear_of_it()
    await screening.weigh()
    async with screening.ctx.database.connection() as connection:
        rows = await connection.fetch(
            "SELECT at_ms, reason FROM surfacing.moment WHERE product_id = $1 AND reason <> 'tried'",
            screening.product.product_id,
        )
    reasons = {row["at_ms"]: row["reason"] for row in rows}
    assert (reasons.get(15_000), reasons.get(6_000)) == ("clicked", "bought")
    assert "看到这里，有人下单" in {each["text"] for each in await screening.moments()}


async def test_captions_of_another_film_are_refused_and_the_old_ones_stay(
    screening: Screening, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    path = f"/api/me/videos/{screening.video_id}/transcript"
    headers = {"content-type": "text/vtt"}
    kept = VTT.format(title="茶")
    await screening.creator.client.post(path, content=kept.encode(), headers=headers)
    too_long = kept.replace("00:14.000", "10:14.000")
    for body in (too_long.encode(), b"no captions", b"\xff\xfe"):
        answer = await screening.creator.client.post(path, content=body, headers=headers)
        assert answer.status_code == 422, answer.text
    stranger, _ = await sign_up("路人")
    assert (await stranger.post(path, content=kept.encode(), headers=headers)).status_code == 404
    async with screening.ctx.database.connection() as connection:
        texts = await connection.fetch("SELECT text FROM surfacing.video_caption ORDER BY line_no")
    assert len(texts) == 2


async def test_a_viewer_reads_what_is_said_until_the_video_is_hidden(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    path = f"/api/videos/{screening.video_id}/captions"
    empty = await client.get(path)
    assert (empty.status_code, empty.text) == (200, "WEBVTT\n")
    headers = {"content-type": "text/vtt"}
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.500\n便宜 &lt;3 折&gt; &amp; 快\n"
    await screening.creator.client.post(f"/api/me{path[4:-9]}/transcript", content=vtt.encode(), headers=headers)
    told = await client.get(path)
    assert told.headers["content-type"] == "text/vtt; charset=utf-8"
    assert told.text == "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n便宜 &lt;3 折&gt; &amp; 快\n"
    assert (await client.get(path, headers={"if-none-match": told.headers["etag"]})).status_code == 304
    await screening.creator.client.post(f"/api/me{path[4:-9]}/hide")
    assert (await client.get(path, headers={"if-none-match": told.headers["etag"]})).status_code == 404


async def test_a_new_video_begins_with_what_was_learned_of_its_like(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    await screening.hear_of_it()
    await screening.weigh()
    early = (await screening.moments())[0]
    async with screening.ctx.database.transaction() as connection:
        await connection.execute(
            """
            UPDATE surfacing.moment SET shown = 2000, clicked = CASE WHEN at_ms = $1 THEN 900 ELSE 10 END,
                ordered = CASE WHEN at_ms = $1 THEN 90 ELSE 1 END
            """,
            early["at_ms"],
        )
    await compare_likes(screening.ctx)
    await screening.weigh()
    shares = {each["at_ms"]: each["share"] for each in await screening.moments()}
    assert shares[early["at_ms"]] == max(shares.values()) > 0.5


async def test_a_deleted_video_is_forgotten(screening: Screening, client: httpx.AsyncClient) -> None:
    await screening.watch(client, 4_000, 9_000)
    await screening.learn()
    await screening.weigh()
    async with screening.ctx.database.transaction() as connection:
        await connection.execute("DELETE FROM content.video WHERE video_id = $1", screening.video_id)
        await weigh_video(connection, screening.video_id)
    rows = await screening.rows()
    assert (rows["viewing"], rows["moment_count"], rows["moment_order"], rows["quiet_second"]) == ([], [], [], [])


async def test_the_bag_is_ordered_for_who_looks_at_it_and_for_nobody_else(
    screening: Screening, client: httpx.AsyncClient, sign_up: SignUp
) -> None:
    member, _ = await sign_up("熟客")
    stranger, _ = await sign_up("生客")
    other = str(screening.other.product_id)
    await screening.tell(member, screening.deed("product_viewed", 5_000, product_id=other))
    await screening.learn()
    host_order = [str(product.product_id) for product in screening.observer.products[:2]]
    for path in (f"/api/videos/{screening.video_id}", f"/api/rooms/{screening.observer.stage.room_id}"):
        mine = (await member.get(f"{path}/bag-order")).json()["items"]
        theirs = (await stranger.get(f"{path}/bag-order")).json()["items"]
        assert mine[0] == {"product_id": other, "code": "viewed", "text": "看过"}
        assert [each["product_id"] for each in theirs][:2] == host_order
        assert {each["code"] for each in theirs} == {None}
        assert sorted(each["product_id"] for each in mine) == sorted(each["product_id"] for each in theirs)
        assert (await client.get(f"{path}/bag-order")).status_code == 401
