"""A creator brings captions of a film, replaces them, and takes them away; what was learnt from them goes with them."""

import httpx
from tests.conftest import SignUp
from tests.modules.surfacing.screening import Screening

SRT = """1
00:00:03,000 --> 00:00:05,000
大家好

2
00:00:11,000 --> 00:00:14,000
来看{title}，今天特价
"""
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n再见\n"


def _paths(screening: Screening) -> tuple[str, str, str]:
    own = f"/api/me/videos/{screening.video_id}"
    return f"{own}/transcript", f"{own}/captions", f"/api/videos/{screening.video_id}/captions"


async def _send(screening: Screening, file: str | bytes, kind: str = "application/x-subrip") -> httpx.Response:
    body = file.encode() if isinstance(file, str) else file
    return await screening.creator.client.post(_paths(screening)[0], content=body, headers={"content-type": kind})


async def _said(screening: Screening) -> list[int]:
    await screening.weigh()
    return [each["at_ms"] for each in await screening.moments() if each["reason"] == "said"]


async def test_subrip_becomes_webvtt_for_viewers_and_its_words_a_moment(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    answer = await _send(screening, SRT.format(title=screening.product.title).encode("gb18030"))
    assert (answer.status_code, answer.json()) == (200, {"taken": 2, "known": 0})
    _, own, public = _paths(screening)
    shown = await client.get(public)
    assert shown.text.startswith("WEBVTT\n\n00:00:03.000 --> 00:00:05.000\n大家好\n\n00:00:11.000")
    assert (await screening.creator.client.get(own)).text == shown.text
    assert await _said(screening) == [11_000]


async def test_other_captions_take_their_place_and_removed_ones_leave_nothing(
    screening: Screening, client: httpx.AsyncClient
) -> None:
    transcript, own, public = _paths(screening)
    await _send(screening, SRT.format(title=screening.product.title))
    assert await _said(screening) == [11_000]
    assert (await _send(screening, VTT, "text/vtt")).json() == {"taken": 1, "known": 2}
    assert (await client.get(public)).text == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n再见\n"
    assert await _said(screening) == []
    for _ in range(2):
        assert (await screening.creator.client.delete(transcript)).status_code == 204
    assert (await client.get(public)).text == "WEBVTT\n"
    assert (await screening.creator.client.get(own)).text == "WEBVTT\n"


async def test_a_broken_hostile_or_foreign_file_is_refused_with_its_place_and_the_old_captions_stay(
    screening: Screening, sign_up: SignUp, client: httpx.AsyncClient
) -> None:
    transcript, own, public = _paths(screening)
    await _send(screening, VTT, "text/vtt")
    broken = await _send(screening, SRT.format(title="茶").replace("00:00:11,000 -->", "十一秒 -->"))
    assert (broken.status_code, broken.json()["params"]["line"]) == (422, 6)
    assert "6" in broken.json()["title"]
    for file in (
        b"",
        b"\x00\xff" * 1000,
        b"PK\x03\x04 x",
        "<svg onload=alert(1)>",
        SRT.replace("00:00:14", "00:09:14"),
    ):
        assert (await _send(screening, file)).status_code == 422
    assert (await _send(screening, "莓" * (3 * 1024 * 1024))).status_code == 413
    assert (await _send(screening, VTT, "text/html")).status_code == 415
    stranger, _ = await sign_up("路人")
    headers = {"content-type": "text/vtt"}
    refused = [
        await stranger.post(transcript, content=VTT.encode(), headers=headers),
        await stranger.delete(transcript),
        await stranger.get(own),
    ]
    assert [each.status_code for each in refused] == [404] * 3
    assert "再见" in (await client.get(public)).text
