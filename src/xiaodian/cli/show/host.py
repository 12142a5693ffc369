"""A host of the demo: `python -m xiaodian.cli.show.host ADDRESS FOLDER NUMBER`.

Sends the film by RTMP with ffmpeg, as OBS would, and tells what is said in it. Holds the products up through the
room-control API, in step with the picture, or says yes when the platform asks. Ends a show after a while and begins
another, so that there are replays too.
"""

import asyncio
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from xiaodian.cli.show import seed
from xiaodian.cli.show.bargains import hold_flash_sales
from xiaodian.cli.show.catalogue import HOSTS, HostSample
from xiaodian.cli.show.client import ApiError, Json, Member
from xiaodian.cli.show.film import ensure_film, film_cues, film_length_s, find_ffmpeg
from xiaodian.cli.show.lifeline import run_until_told
from xiaodian.cli.show.playlist import read_segments, started_at_ms
from xiaodian.cli.show.shorts import post_videos
from xiaodian.cli.show.talk import say_yes, speak

SHOW_S = 3600.0
FIRST_SHOW_SCENES = 2
ENCODER_PAUSE_S = 2.0
PICTURE_TIMEOUT_S = 20.0
GREETING = "欢迎新来的家人，坏果包赔，今天拍今天发 · Welcome! Ask me anything."


class Host:
    """One host at work."""

    def __init__(self, sample: HostSample, member: Member, film: Path) -> None:
        self._sample, self._member, self._film = sample, member, film
        self._products: list[Json] = []
        self._room: Json = {}

    async def prepare(self) -> None:
        """Sign in and set the shop up."""
        await self._member.enter(self._sample.sign_in, self._sample.password, self._sample.name)
        self._products = await seed.set_up_shop(self._sample, self._member)

    async def post_videos(self) -> None:
        """Make the host's short videos, if they are not there yet."""
        await post_videos(self._sample, self._member, self._products, self._film)

    async def give_show(self, length_s: float, *, surfacing: str) -> None:
        """Open a room, be on air for so long, end it."""
        await self._open_room(surfacing)
        bargains = asyncio.create_task(hold_flash_sales(self._sample, self._member, self._products))
        deadline = time.monotonic() + length_s
        try:
            while time.monotonic() < deadline:
                with suppress(TimeoutError):
                    async with asyncio.timeout(deadline - time.monotonic()):
                        await self._send_and_hold_up(surfacing)
                        await asyncio.sleep(ENCODER_PAUSE_S)
        finally:
            bargains.cancel()
            await asyncio.gather(bargains, return_exceptions=True)
        await self._control("POST", "end")

    async def _open_room(self, surfacing: str) -> None:
        for room in (await self._member.call("GET", "/api/me/rooms"))["items"]:
            if room["state"] != "ended":
                with suppress(ApiError):
                    await self._member.call("POST", f"/api/rooms/{room['room_id']}/control/end")
        await seed.refill(self._sample, self._member, self._products)
        cover = await seed.make_cover(self._sample, self._member)
        self._room = await self._member.call(
            "POST", "/api/rooms", {"title": self._sample.room_title, "cover_url": cover}
        )
        own = [product["product_id"] for product in self._products]
        # Where the platform puts cards up, a flash sale of another's goods would come between the host's own.
        others = [] if surfacing == "auto" else await seed.find_goods_of_others(self._member, self._products)
        await self._control("PUT", "bag", {"product_ids": [*own, *others]})
        await self._member.call("PUT", f"/api/rooms/{self._room['room_id']}/surfacing", {"mode": surfacing})

    async def _control(self, method: str, path: str, body: Json | None = None) -> None:
        await self._member.call(method, f"/api/rooms/{self._room['room_id']}/control/{path}", body)

    async def _send_and_hold_up(self, surfacing: str) -> None:
        """Send the film until ffmpeg ends or we are cancelled."""
        key = await self._member.call("GET", "/api/me/stream-key")
        begun_ms = int(time.time() * 1000)
        encoder = await asyncio.create_subprocess_exec(
            *(find_ffmpeg(), "-hide_banner", "-nostdin", "-loglevel", "error"),
            *("-re", "-stream_loop", "-1", "-i", str(self._film), "-c", "copy", "-f", "flv"),
            f"{key['rtmp_url'].rstrip('/')}/{key['stream_key']}",
            stdin=asyncio.subprocess.DEVNULL,
        )
        show = asyncio.create_task(self._show(begun_ms, surfacing))
        try:
            await encoder.wait()
        finally:
            show.cancel()
            if encoder.returncode is None:
                encoder.terminate()
                await encoder.wait()
            await asyncio.gather(show, return_exceptions=True)

    async def _show(self, begun_ms: int, surfacing: str) -> None:
        started_ms = await self._wait_for_picture(begun_ms)
        if self._sample.look == "greenhouse":
            await self._greet()
        room_id = self._room["room_id"]
        async with asyncio.TaskGroup() as group:
            group.create_task(speak(self._sample, self._member, room_id, started_ms))
            if surfacing == "manual":
                group.create_task(self._hold_up(started_ms))
            elif surfacing == "suggest":
                group.create_task(say_yes(self._member, room_id))

    async def _hold_up(self, started_ms: int) -> None:
        turn_ms = film_length_s(self._sample) * 1000
        while True:
            for cue in film_cues(self._sample):
                up_ms, down_ms = started_ms + round(cue.start_s * 1000), started_ms + round(cue.end_s * 1000)
                await _sleep_until(up_ms)
                await self._hold_up_one(cue.product, up_ms)
                await _sleep_until(down_ms)
                await self._control("DELETE", "featured")
            started_ms += turn_ms

    async def _hold_up_one(self, number: int, up_ms: int) -> None:
        product, sample = self._products[number], self._sample.products[number]
        if sample.live_price_minor is not None:
            path = f"skus/{product['skus'][0]['sku_id']}/price"
            await self._control("PUT", path, {"price_minor": sample.live_price_minor})
        await self._control("PUT", "featured", {"product_id": product["product_id"], "at_ms": up_ms})

    async def _wait_for_picture(self, begun_ms: int) -> int:
        """The moment of the film's first picture, as the playlist tells it."""
        for _ in range(int(PICTURE_TIMEOUT_S / 0.25)):
            room = await self._member.call("GET", f"/api/rooms/{self._room['room_id']}")
            answer = await self._member.http.get(room["playback_url"])
            if answer.is_success and (at_ms := started_at_ms(read_segments(answer.text), begun_ms - 1000)):
                return at_ms
            await asyncio.sleep(0.25)
        raise TimeoutError("no picture came out of the ingest")

    async def _greet(self) -> None:
        path = f"/api/rooms/{self._room['room_id']}/comments"
        comment = await self._member.call("POST", path, {"text": GREETING})
        await self._control("PUT", "pinned", {"comment_id": comment["comment_id"]})


async def _sleep_until(moment_ms: int) -> None:
    await asyncio.sleep(max(0.0, moment_ms / 1000 - time.time()))


async def _main(address: str, folder: Path, sample: HostSample) -> None:
    member = Member(address)
    film = await asyncio.to_thread(ensure_film, sample, folder)
    host = Host(sample, member, film)
    await host.prepare()
    posting = asyncio.create_task(host.post_videos())
    rooms = (await member.call("GET", "/api/rooms", params={"state": "ended"}))["items"]
    # The second host gives one short show first, so that a new demo soon has a replay to look at. In it the platform
    # puts the cards up by itself, so that the replay has some of which it learns.
    if sample is not HOSTS[0] and not rooms:
        await host.give_show(sample.scene_s * FIRST_SHOW_SCENES + 2, surfacing="auto")
    try:
        while True:
            try:
                await host.give_show(SHOW_S, surfacing=sample.surfacing)
            except (ApiError, httpx.HTTPError) as error:
                print(f"demo host: {error}", file=sys.stderr)
                await asyncio.sleep(ENCODER_PAUSE_S)
    finally:
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)


if __name__ == "__main__":
    run_until_told(lambda _: _main(sys.argv[1], Path(sys.argv[2]), HOSTS[int(sys.argv[3])]))
