"""What people say under videos, who may take it away, and who may not speak."""

from uuid import uuid4

import httpx
from tests.modules.content.studio import Studio
from tests.outbox import list_envelopes

from xiaodian.contracts.accounts import AccountId

Said = tuple[httpx.AsyncClient, AccountId, str]


async def _say(studio: Studio, video_id: str, text: str, name: str = "观众") -> Said:
    viewer, account_id = await studio.sign_up(name)
    answer = await viewer.post(f"/api/videos/{video_id}/comments", json={"text": text})
    assert answer.status_code == 201, answer.text
    return viewer, account_id, answer.json()["comment_id"]


async def test_comments_are_shown_as_text_the_newest_first(studio: Studio) -> None:
    video_id = await studio.publish()
    path = f"/api/videos/{video_id}/comments"
    await _say(studio, video_id, " <b>甜</b>\n\u202e吗 ", "小红")
    await studio.creator.post(path, json={"text": "甜"})
    page = (await studio.creator.get(f"{path}?limit=1")).json()
    assert [(item["text"], item["is_creator"]) for item in page["items"]] == [("甜", True)]
    rest = (await studio.creator.get(f"{path}?limit=1&cursor={page['next_cursor']}")).json()
    (item,) = rest["items"]
    assert (item["text"], item["account"]["display_name"], item["is_creator"]) == ("<b>甜</b> 吗", "小红", False)
    assert rest["next_cursor"] is None
    assert (await studio.see(video_id))["comments"] == 2
    async with studio.ctx.database.connection() as connection:
        assert len(await list_envelopes(connection, "VideoCommented")) == 2


async def test_an_empty_or_endless_comment_says_nothing(studio: Studio) -> None:
    video_id = await studio.publish()
    for text, reason in (("  \u200b ", "empty"), ("莓" * 201, "too_long")):
        answer = await studio.creator.post(f"/api/videos/{video_id}/comments", json={"text": text})
        assert (answer.status_code, answer.json()["params"]["reason"]) == (422, reason)
    assert await studio.rows("video_comment", video_id) == 0


async def test_its_author_and_the_creator_take_a_comment_away_and_nobody_else(studio: Studio) -> None:
    video_id = await studio.publish()
    other_video = await studio.publish()
    author, _, first = await _say(studio, video_id, "一")
    stranger, _, second = await _say(studio, video_id, "二")
    path = f"/api/videos/{video_id}/comments"
    assert (await stranger.delete(f"{path}/{first}")).status_code == 403
    assert (await studio.creator.delete(f"/api/videos/{other_video}/comments/{first}")).status_code == 404
    assert (await author.delete(f"{path}/{first}")).status_code == 204
    assert (await author.delete(f"{path}/{first}")).status_code == 404
    assert (await studio.creator.delete(f"{path}/{second}")).status_code == 204
    assert (await studio.creator.get(path)).json()["items"] == []
    assert (await studio.see(video_id))["comments"] == 0


async def test_who_is_muted_is_silent_under_all_videos_of_the_creator_until_unmuted(studio: Studio) -> None:
    first, second = await studio.publish(), await studio.publish()
    rude, rude_id, _ = await _say(studio, first, "差")
    await rude.post(f"/api/videos/{first}/comments", json={"text": "很差"})
    await _say(studio, first, "好")
    muted = f"/api/creators/{studio.stage.host_id}/muted"
    for _ in range(2):
        assert (await studio.creator.put(f"{muted}/{rude_id}")).status_code == 204
    comments = (await studio.creator.get(f"/api/videos/{first}/comments")).json()["items"]
    assert [comment["text"] for comment in comments] == ["好"]
    assert (await studio.see(first))["comments"] == 1
    refused = await rude.post(f"/api/videos/{second}/comments", json={"text": "又来"})
    assert (refused.status_code, refused.json()["code"]) == (403, "muted_by_creator")
    assert refused.json()["params"]["name"] in refused.json()["title"], "who is muted is told by whom"
    assert [each["account_id"] for each in (await studio.creator.get(muted)).json()["items"]] == [str(rude_id)]
    assert (await studio.creator.delete(f"{muted}/{rude_id}")).status_code == 204
    allowed = await rude.post(f"/api/videos/{second}/comments", json={"text": "对不起"})
    assert allowed.status_code == 201
    assert (await studio.creator.put(f"{muted}/{studio.stage.host_id}")).status_code == 422
    assert (await studio.creator.put(f"{muted}/{uuid4()}")).status_code == 404


async def test_each_reader_is_told_what_they_may_do_about_a_comment(studio: Studio) -> None:
    video_id = await studio.publish()
    author, _, _ = await _say(studio, video_id, "一")
    await studio.creator.post(f"/api/videos/{video_id}/comments", json={"text": "谢谢"})
    stranger, _ = await studio.sign_up("路人")

    async def may(reader: httpx.AsyncClient) -> list[tuple[bool, bool]]:
        items = (await reader.get(f"/api/videos/{video_id}/comments")).json()["items"]
        return [(item["may_delete"], item["may_mute"]) for item in items]

    assert await may(studio.creator) == [(True, False), (True, True)]
    assert await may(author) == [(False, False), (True, False)]
    assert await may(stranger) == [(False, False), (False, False)]


async def _hire(studio: Studio, role: str) -> httpx.AsyncClient:
    worker, account_id = await studio.sign_up("帮手")
    async with studio.ctx.database.transaction() as connection:
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role) VALUES ($1, $2, $3)",
            studio.stage.shop_id,
            account_id,
            role,
        )
    return worker


async def test_staff_who_may_host_keep_order_for_the_creator_and_the_shop_s_log_says_so(studio: Studio) -> None:
    video_id = await studio.publish(title="现摘")
    _, rude_id, first = await _say(studio, video_id, "一")
    await _say(studio, video_id, "二")
    helper, packer = await _hire(studio, "host"), await _hire(studio, "warehouse")
    muted, comments = f"/api/creators/{studio.stage.host_id}/muted", f"/api/videos/{video_id}/comments"
    refused = [
        await packer.delete(f"{comments}/{first}"),
        await packer.put(f"{muted}/{rude_id}"),
        await packer.delete(f"{muted}/{rude_id}"),
        await packer.get(muted),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert (await studio.see(video_id))["comments"] == 2
    assert (await helper.delete(f"{comments}/{first}")).status_code == 204
    for _ in range(2):
        assert (await helper.put(f"{muted}/{rude_id}")).status_code == 204
    assert (await helper.delete(f"{muted}/{rude_id}")).status_code == 204
    assert [item["text"] for item in (await helper.get(comments)).json()["items"]] == ["二"]
    log = (await studio.creator.get(f"/api/shops/{studio.stage.shop_id}/deeds")).json()["items"]
    told = [(each["deed"], each["target"]) for each in log if each["deed"].startswith("comment.")]
    assert told == [
        ("comment.unmuted", str(rude_id)),
        ("comment.muted", str(rude_id)),
        ("comment.deleted", first),
    ]


async def test_talking_in_bulk_is_slowed_down(studio: Studio) -> None:
    video_id = await studio.publish()
    spammer, _ = await studio.sign_up("刷屏")
    most, codes = studio.ctx.settings.comments_per_minute, list[int]()
    while 429 not in codes and len(codes) < 10 * most:
        codes.append((await spammer.post(f"/api/videos/{video_id}/comments", json={"text": "买"})).status_code)
    assert (codes[-1], len(codes) > most) == (429, True)
    assert (await studio.see(video_id))["comments"] == codes.count(201)
