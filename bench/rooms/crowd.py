"""The crowd of a recorded room: what nobody has to write by hand, drawn from the seed of its script.

Counts of viewers, clicks and purchases that follow the moments, others that follow nothing, and small talk.
"""

import math
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from bench.rooms.script import Burst, Buys, Clicks, Moment, Script, Spam, Stock

FEWEST_EVENTS = 250
MOST_EVENTS = 400
# Shares of the events that are left to the crowd; the rest is small talk.
SHARES = {"clicks_of_moments": 0.42, "purchases_of_moments": 0.2, "clicks": 0.08, "purchases": 0.05}

SMALL_TALK = {
    "zh": "来了 主播好美 666 ❤️ 晚上好 包邮吗 几天到 第一次来 支持主播 老粉报到 下单了 👍👍 发什么快递 有运费险吗 "
    "刚来 在讲什么 能便宜点吗 关注了 已拍 哈哈哈 坐标成都 声音有点小 画面好清楚 点赞点赞 什么时候发货 🌹🌹🌹 "
    "上次买的收到了 可以退吗 主播辛苦了 加油 卡了 路过 想要 前排 有优惠券吗 新疆发吗",
    "en": "hi everyone|just joined|❤️❤️|love this|hello from Leeds|do you ship to Canada|how long is delivery|so pretty|"
    "first time here|can you hear the echo|ordered!|great stream|😂😂|is there a discount code|what did I miss|"
    "thank you!|your cat is so cute|sound is a bit low|following|got mine last week|hi from Texas|yay|"
    "can I return it|how do I pay|back again|lovely|good morning|👍|lol|wow",
}

Line = tuple[int, str, dict[str, Any]]


class TooManyEventsError(Exception):
    """The script alone has more events than a room may have."""


def add_crowd(script: Script, written: Sequence[Line]) -> list[Line]:
    """All events of the room in order of time."""
    random = Random(script.seed)
    drawn = list(_viewers(script, random))
    fixed = len(written) + len(drawn)
    if fixed > MOST_EVENTS:
        raise TooManyEventsError(f"{fixed} events before the crowd does anything; a room has at most {MOST_EVENTS}")
    left = max(random.randint(310, 385) - fixed, min(60, MOST_EVENTS - fixed))
    counts = {name: round(left * share) for name, share in SHARES.items()}
    for _ in range(counts["clicks_of_moments"]):
        drawn.append(_click(random, *_after_moment(script, random, 4.0, 14.0)))
    buys = [_after_moment(script, random, 12.0, 25.0) for _ in range(counts["purchases_of_moments"])]
    for _ in range(counts["clicks"]):
        drawn.append(_click(random, _any_time(script, random), random.choice(script.products).id))
    buys += [(_any_time(script, random), random.choice(script.products).id) for _ in range(counts["purchases"])]
    drawn += _purchases_in_stock(script, random, buys)
    for _ in range(left - sum(counts.values())):
        text = random.choice(_small_talk(script.lang))
        drawn.append((_any_time(script, random), "comment", {"account": _account(random), "text": text}))
    return sorted([*written, *drawn], key=lambda line: line[0])


def spread(event: Spam | Burst | Clicks | Buys, random: Random) -> list[Line]:
    """The single comments, clicks or purchases of a wave."""
    lines: list[Line] = []
    step = event.length_ms / event.pieces
    for index in range(event.pieces):
        t = event.t + round((index + random.random() * 0.9) * step)
        account = _account(random)
        match event:
            case Spam(account=sender, texts=texts):
                account = account if sender == "*" else sender
                lines.append((t, "comment", {"account": account, "text": texts[index % len(texts)]}))
            case Burst(product=product, texts=texts):
                lines.append((t, "comment", {"account": account, "text": texts[index % len(texts)]}))
                if random.random() < 0.3:
                    lines.append(_click(random, t + random.randint(500, 3000), product, account))
            case Clicks(product=product):
                lines.append(_click(random, t, product))
            case Buys(product=product):
                lines.append((t, "purchase", {"account": account, "product": product, "n": _pieces(random)}))
    return lines


def _viewers(script: Script, random: Random) -> Iterator[Line]:
    """A room fills quickly, breathes, and empties a little toward its end."""
    peak = random.randint(40, 1800)
    t = random.uniform(1, 6) * 1000
    while t < script.length_ms:
        part = t / script.length_ms
        shape = (0.25 + 0.75 * (1 - math.exp(-6 * part))) * (1 - 0.25 * part**3)
        n = max(1, round(peak * shape * random.uniform(0.93, 1.07)))
        yield round(t), "viewers", {"n": n}
        t += random.uniform(10, 20) * 1000


def _after_moment(script: Script, random: Random, delay_s: float, decay_s: float) -> tuple[int, str]:
    moment: Moment = random.choice(script.moments)
    t = moment.t + round((delay_s * random.uniform(0.5, 1.5) + random.expovariate(1 / decay_s)) * 1000)
    return min(t, script.length_ms), moment.product


def _purchases_in_stock(script: Script, random: Random, buys: list[tuple[int, str]]) -> Iterator[Line]:
    left = {product.id: product.stock for product in script.products}
    changes = [event for event in script.events if isinstance(event, Stock)]
    for t, product in sorted(buys):
        while changes and changes[0].t <= t:
            change = changes.pop(0)
            left[change.product] = change.n
        n = _pieces(random)
        if n < left[product]:
            left[product] -= n
            yield t, "purchase", {"account": _account(random), "product": product, "n": n}


def _any_time(script: Script, random: Random) -> int:
    return random.randint(2000, script.length_ms)


def _click(random: Random, t: int, product: str, account: str = "") -> Line:
    return t, "bag_click", {"account": account or _account(random), "product": product}


def _pieces(random: Random) -> int:
    return 2 if random.random() < 0.12 else 1


def _account(random: Random) -> str:
    return f"a{random.randint(100, 999)}"


def _small_talk(lang: str) -> list[str]:
    texts = SMALL_TALK[lang]
    return texts.split("|") if lang == "en" else texts.split()
