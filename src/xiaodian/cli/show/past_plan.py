"""What happened in the demo's first shop before it opened today: shows, who came, who bought and came back."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

SHOWS = 28
DAYS_BETWEEN = 14
SHOW_LENGTH = timedelta(hours=2)
FANS = 480
LAST_SHOW_AGO = timedelta(days=1)
SHIPPED_AFTER, RECEIVED_AFTER = timedelta(hours=14), timedelta(days=4)
REFUNDED_SHARE = 0.04
PASSES, SEES_CARD, OPENS_BAG, HESITATES = 0.6, 0.7, 0.4, 0.45
SEED = 1124
TITLES = (
    "凌晨四点摘的草莓，今天发走 · Picked at dawn",
    "熬果酱的一晚 · A night of jam",
    "新棚开采，第一批红颜 · First of the new greenhouse",
    "蓝莓下山了 · Blueberries from the hills",
    "老客专场，坏果包赔 · For those who come back",
)

_FIRST = "小阿老大晓雨青云安子乐晴星果米豆糖圆北南山海林溪禾苗松竹梅兰"
_SECOND = "月雯琪鱼鹿荷宁欣然悦桃杏梨柚萌暖溪雪枫岚夏秋冬春朵薇瑶菲彤瑾"
_LAST = ("", "", "", "妈妈", "姐", "同学", "在路上", "爱吃莓")


class Temper(NamedTuple):
    """A kind of fan: its share of all, and how likely one comes to a show, buys there, and stays away for good."""

    share: float
    comes: float
    buys: float
    leaves: float


TEMPERS = (
    Temper(share=0.16, comes=0.75, buys=0.55, leaves=0.03),
    Temper(share=0.34, comes=0.45, buys=0.40, leaves=0.10),
    Temper(share=0.30, comes=0.30, buys=0.25, leaves=0.25),
    Temper(share=0.20, comes=0.40, buys=0.0, leaves=0.12),
)
"""Regulars, those who come now and then, those who try it, and those who only watch."""


class Show(NamedTuple):
    """An evening on air."""

    number: int
    begins_at: datetime

    @property
    def title(self) -> str:
        """What it was called."""
        return TITLES[self.number % len(TITLES)]

    @property
    def ends_at(self) -> datetime:
        """When it was over."""
        return self.begins_at + SHOW_LENGTH


class Visit(NamedTuple):
    """A fan came to a show, stayed so long, and perhaps opened a product; none of the later steps without the earlier.

    `carded`: the product whose card they saw; `hesitates`: they began to buy what they had opened, and left it at that.
    """

    at: datetime
    show: int
    fan: int
    watch_s: int
    opened: int | None
    follows: bool
    carded: int | None
    opens_bag: bool
    hesitates: bool


class Glance(NamedTuple):
    """A fan passed a show in the feed and did not come in."""

    at: datetime
    show: int
    fan: int


class Purchase(NamedTuple):
    """A fan bought, in a show or in the shop. `product` and `variant` are numbers below those that there are."""

    at: datetime
    show: int | None
    fan: int
    product: int
    variant: int
    quantity: int
    is_refunded: bool


class Past(NamedTuple):
    """All of it, each list by time."""

    names: Sequence[str]
    shows: Sequence[Show]
    visits: Sequence[Visit]
    glances: Sequence[Glance]
    purchases: Sequence[Purchase]


def plan_past(now: datetime, variants: Sequence[int], *, shows: int = SHOWS, fans: int = FANS) -> Past:
    """The same past whenever it is asked for, ending at `now`; `variants`: how many each product has."""
    chance, aside = random.Random(SEED), random.Random(SEED + 1)
    evening = (now - LAST_SHOW_AGO).replace(hour=12, minute=0, second=0, microsecond=0)
    evenings = [Show(number, evening - timedelta(days=DAYS_BETWEEN * (shows - 1 - number))) for number in range(shows)]
    visits: list[Visit] = []
    glances: list[Glance] = []
    purchases: list[Purchase] = []
    for fan in range(fans):
        for deed in _live(fan, evenings, variants, chance, aside):
            if isinstance(deed, Visit):
                visits.append(deed)
            elif isinstance(deed, Glance):
                glances.append(deed)
            elif deed.at < now - timedelta(hours=1):
                purchases.append(deed)
    names = _names(fans, chance)
    visits.sort(key=lambda visit: (visit.at, visit.fan))
    purchases.sort(key=lambda purchase: (purchase.at, purchase.fan))
    return Past(names, evenings, visits, sorted(glances), purchases)


def _live(
    fan: int, shows: Sequence[Show], variants: Sequence[int], chance: random.Random, aside: random.Random
) -> Iterator[Visit | Glance | Purchase]:
    """One fan's evenings: the shop becomes known by and by, and who has stayed away for good does not come again.

    What leads to no purchase is drawn `aside`, so that it changes nothing of what was bought.
    """
    temper = chance.choices(TEMPERS, [each.share for each in TEMPERS])[0]
    first = int(len(shows) * chance.random() ** 0.8)
    taste = chance.randrange(len(variants))
    is_fan = False
    for show in shows[first:]:
        is_first = show.number == first
        if not is_first and chance.random() < temper.leaves:
            return
        if not is_first and chance.random() > temper.comes:
            if aside.random() < PASSES:
                yield Glance(show.begins_at + timedelta(seconds=aside.randrange(7000)), show.number, fan)
            continue
        at = show.begins_at + timedelta(minutes=chance.randrange(90))
        buys = chance.random() < temper.buys
        product = taste if chance.random() < 0.6 else chance.randrange(len(variants))
        opened = product if buys or chance.random() < 0.3 else None
        follows = not is_fan and chance.random() < 0.5
        is_fan = is_fan or follows
        watch_s = chance.randrange(120, 1500)
        yield Visit(at, show.number, fan, watch_s, opened, follows, *_look_around(opened, buys, variants, aside))
        if buys:
            yield _buy(fan, show.number, at + timedelta(minutes=chance.randrange(1, 20)), product, variants, chance)
            if chance.random() < 0.25:
                later = at + timedelta(days=chance.randrange(2, 12), hours=chance.randrange(10))
                yield _buy(fan, None, later, product, variants, chance)


def _look_around(
    opened: int | None, buys: bool, variants: Sequence[int], aside: random.Random
) -> tuple[int | None, bool, bool]:
    """Which card was seen, whether the bag was opened, and a purchase begun that came to nothing."""
    if opened is not None:
        return opened, True, not buys and aside.random() < HESITATES
    carded = aside.randrange(len(variants)) if aside.random() < SEES_CARD else None
    return carded, carded is not None and aside.random() < OPENS_BAG, False


def _buy(
    fan: int, show: int | None, at: datetime, product: int, variants: Sequence[int], chance: random.Random
) -> Purchase:
    is_refunded = chance.random() < REFUNDED_SHARE
    return Purchase(
        at, show, fan, product, chance.randrange(variants[product]), chance.choice((1, 1, 1, 2)), is_refunded
    )


def _names(count: int, chance: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < count:
        found[chance.choice(_FIRST) + chance.choice(_SECOND) + chance.choice(_LAST)] = None
    return list(found)
