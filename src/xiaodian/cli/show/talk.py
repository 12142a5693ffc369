"""What the hosts of the demo say while they hold a product up, as speech recognition would tell it."""

import asyncio
import time
from contextlib import suppress

import httpx
import msgspec

from xiaodian.cli.show.catalogue import HostSample
from xiaodian.cli.show.client import ApiError, Member
from xiaodian.cli.show.film import film_length_s

LOOK_EACH_S = 1.0
ANSWERS_AT_LEFT_MS = 8_000
"""The demo's host says yes when a suggestion has only so long to live: whoever sits at the console comes first."""
REFUSALS_TO_SHRUG_AT = (ApiError, httpx.HTTPError)


class Said(msgspec.Struct, frozen=True):
    """A line, in seconds from when the product's scene begins."""

    start_s: float
    end_s: float
    text: str


TALK: dict[str, tuple[Said, ...]] = {
    "strawberries": (
        Said(0.6, 3.4, "先看一号，丹东红颜草莓"),
        Said(3.8, 7.0, "凌晨四点摘的，九成红，今天就发走"),
        Said(7.4, 10.6, "一颗二十克往上，坏果我包赔"),
    ),
    "jam": (
        Said(0.6, 3.4, "再来看我们手熬的草莓果酱"),
        Said(3.8, 7.0, "草莓、冰糖、柠檬，别的都没有"),
        Said(7.4, 10.6, "小锅慢熬三个小时，抹吐司绝了"),
    ),
    "crisps": (
        Said(0.6, 3.4, "接下来是冻干草莓脆"),
        Said(3.8, 7.0, "整颗冻干，不加糖，孩子放心吃"),
        Said(7.4, 10.6, "配酸奶，一口一个脆"),
    ),
    "blueberries": (
        Said(0.6, 3.4, "这个是高山蓝莓，看这个果霜"),
        Said(3.8, 7.0, "十八毫米以上的大果，四盒一起发"),
        Said(7.4, 10.6, "放冰箱，三天之内吃完最甜"),
    ),
    "cup": (
        Said(1.5, 4.5, "来，给大家看一下这款手绘青花品茗杯"),
        Said(5.0, 9.0, "一笔一笔画上去的，釉下彩，不会掉色"),
        Said(9.5, 13.0, "杯底有我们窑口的落款"),
        Said(14.0, 18.0, "你看这个口沿，薄，喝茶不烫嘴"),
        Said(19.0, 23.5, "一千三百一十度，一次烧成"),
        Said(25.0, 29.0, "自己喝，送朋友，都拿得出手"),
        Said(30.0, 33.5, "喜欢的家人，点下面的卡片就能拍"),
    ),
    "teapot": (
        Said(1.5, 4.5, "接下来看二号，天青釉茶壶"),
        Said(5.0, 9.0, "雨过天青云破处，就是这个颜色"),
        Said(9.5, 13.0, "开片是它自己裂的，每一把都不一样"),
        Said(14.0, 18.5, "我倒给你们看，出水一条线，说断就断"),
        Said(20.0, 24.0, "两百二十毫升，三四个人喝正好"),
        Said(25.0, 29.0, "养上半年，颜色会更润"),
        Said(30.0, 33.5, "今天包装都加固过，碎了我们赔"),
    ),
    "vase": (
        Said(1.5, 4.5, "下面给大家介绍柿柿如意小花瓶"),
        Said(5.0, 9.0, "柿子是釉上手绘的，红得正"),
        Said(9.5, 13.0, "柿柿如意，讨个好彩头"),
        Said(14.0, 18.0, "高十八厘米，放书桌不占地方"),
        Said(19.0, 23.0, "插一枝梅，一枝山茶，就够了"),
        Said(25.0, 29.0, "家里老人最喜欢这个寓意"),
        Said(30.0, 33.5, "要送人的，备注一声，我们写卡片"),
    ),
    "apron": (
        Said(1.5, 4.5, "再来看我身上这条亚麻围裙"),
        Said(5.0, 9.0, "水洗过的，软，不扎人"),
        Said(9.5, 13.0, "两个大口袋，手机、刮刀都放得下"),
        Said(14.0, 18.0, "泥点子干了，一拍就掉"),
        Said(19.0, 23.0, "靛蓝、本白、柿红，三个颜色"),
        Said(25.0, 29.0, "短款做饭穿，长款干活穿"),
        Said(30.0, 33.5, "我们拉坯的时候，天天穿的就是它"),
    ),
}


def talk_of(host: HostSample) -> list[Said]:
    """What the host says in one turn of the film, in seconds from its first picture."""
    return [
        Said(number * host.scene_s + each.start_s, number * host.scene_s + each.end_s, each.text)
        for number, product in enumerate(host.products)
        for each in TALK[product.art]
    ]


async def speak(host: HostSample, member: Member, room_id: str, started_ms: int) -> None:
    """Tell each line of the talk when it has been said, turn after turn of the film that began then."""
    while True:
        for each in talk_of(host):
            start_ms, end_ms = (started_ms + round(at_s * 1000) for at_s in (each.start_s, each.end_s))
            await asyncio.sleep(max(0.0, end_ms / 1000 - time.time()))
            line = {"text": each.text, "start_ms": start_ms, "end_ms": end_ms}
            with suppress(*REFUSALS_TO_SHRUG_AT):
                await member.call("POST", f"/api/rooms/{room_id}/transcript", {"lines": [line]})
        started_ms += film_length_s(host) * 1000


async def say_yes(member: Member, room_id: str) -> None:
    """Accept what the platform suggests, unless somebody at the console was quicker."""
    path = f"/api/rooms/{room_id}/surfacing"
    while True:
        with suppress(*REFUSALS_TO_SHRUG_AT):
            view = await member.call("GET", path)
            asked = view["suggestion"]
            if asked and asked["expires_at_ms"] - view["server_now_ms"] <= ANSWERS_AT_LEFT_MS:
                await member.call("PUT", f"{path}/suggestions/{asked['suggestion_id']}/acceptance")
        await asyncio.sleep(LOOK_EACH_S)
