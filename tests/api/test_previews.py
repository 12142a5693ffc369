"""Links that people pass on show what they lead to, and nothing that was typed can run in the page."""

from typing import Any

import pytest
from tests.api.world import World

from xiaodian.edge.pages import BuiltFile

PAGE = b"<!doctype html><html><head><title>x</title></head><body></body></html>"


@pytest.fixture
def built(app: Any) -> None:
    """A front end of one page."""
    app.state.front_end = {"index.html": BuiltFile(content=PAGE, compressed=None, media_type="text/html", etag='"x"')}


@pytest.mark.usefixtures("built")
async def test_a_videos_link_has_its_title_picture_and_creator(world: World) -> None:
    owner, reader = world.clients["owner"], world.clients["anonymous"]
    path = world.fill("/api/me/videos/{video_id}")
    assert (await owner.patch(path, json={"title": '甜"><script>alert(1)</script> #草莓'})).status_code == 200
    answer = await reader.get(world.fill("/v/{video_id}"), headers={"accept-language": "en"})
    page = answer.text
    assert answer.status_code == 200
    assert "<script>alert" not in page
    title = "甜&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; #草莓"
    assert f"<title>{title}</title>" in page
    for tag in (
        f'<meta property="og:title" content="{title}" />',
        '<meta property="og:type" content="video.other" />',
        world.fill('<meta property="og:url" content="http://test/v/{video_id}" />'),
        '<meta property="og:description" content="A video by 卖家" />',
        '<meta name="twitter:card" content="summary_large_image" />',
    ):
        assert tag in page, tag
    assert 'property="og:image" content="http://test/media/vods/' in page
    again = await reader.get(
        world.fill("/v/{video_id}"), headers={"if-none-match": answer.headers["etag"], "accept-language": "en"}
    )
    assert again.status_code == 304


@pytest.mark.usefixtures("built")
async def test_rooms_creators_and_topics_have_previews_in_the_readers_language(world: World) -> None:
    owner, reader = world.clients["owner"], world.clients["anonymous"]
    await owner.patch(world.fill("/api/me/videos/{video_id}"), json={"title": "#草莓"})
    for path, language, words in (
        ("/rooms/{room_id}", "zh", 'og:description" content="卖家的直播预告"'),
        ("/rooms/{room_id}", "en", 'og:description" content="卖家 goes live soon"'),
        ("/creators/{account_id}", "en", 'og:description" content="Fans: 0 · Videos: 1"'),
        ("/topics/草莓", "en", 'og:title" content="#草莓"'),
    ):
        answer = await reader.get(world.fill(path), headers={"accept-language": language})
        assert words in answer.text, path


@pytest.mark.usefixtures("built")
async def test_what_is_not_shown_has_no_preview_and_the_page_stays_as_it_is(world: World) -> None:
    reader = world.clients["anonymous"]
    for path in ("/v/{draft_id}", "/v/{room_id}", "/v/x", "/v/{video_id}/x", "/topics/nothing", "/rooms/x", "/search"):
        answer = await reader.get(world.fill(path))
        assert (answer.status_code, answer.content) == (200, PAGE), path
