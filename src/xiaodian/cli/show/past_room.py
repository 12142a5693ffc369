"""What an evening of the demo's past left in its room: how many watched, what was said, who went how far. Pure."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta

from xiaodian.cli.show.catalogue import GREETINGS, HOSTS, REMARKS
from xiaodian.cli.show.past_plan import SEED, Show, Visit
from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.insights import BehaviourKind
from xiaodian.contracts.live import (
    AnyMoment,
    CommentId,
    CommentMoment,
    LikesMoment,
    RoomState,
    StateMoment,
    ViewersMoment,
)
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.ids import new_id

COUNTED_EVERY = timedelta(minutes=1)
DELAY_MS = 2500
SPEAKS = 0.4
MOST_LIKES = 4
"""Of one who watches, in a minute."""
ART = {product.title: product.art for host in HOSTS for product in host.products}


def steps_of(visit: Visit) -> Iterator[tuple[BehaviourKind, int | None]]:
    """What the visitor's page told while they looked around, and of which product."""
    yield BehaviourKind.SEEN, None
    yield BehaviourKind.ENTERED, None
    if visit.carded is not None:
        yield BehaviourKind.CARD_SHOWN, visit.carded
    if visit.opens_bag:
        yield BehaviourKind.BAG_OPENED, None
    if visit.opened is not None:
        yield BehaviourKind.CARD_CLICKED, visit.opened
        yield BehaviourKind.PRODUCT_VIEWED, visit.opened
    if visit.hesitates:
        yield BehaviourKind.CHECKOUT_STARTED, visit.opened


def audience_of(show: Show, visits: Sequence[Visit]) -> list[AnyMoment]:
    """How many watched and liked, minute by minute, from the first picture to the last."""
    chance = random.Random(SEED + show.number)
    moments: list[AnyMoment] = [StateMoment(at_ms=to_epoch_ms(show.begins_at), state=RoomState.ON_AIR)]
    at, known = show.begins_at, 0
    while at < show.ends_at:
        online = sum(visit.at <= at < visit.at + timedelta(seconds=visit.watch_s) for visit in visits)
        at_ms = to_epoch_ms(at)
        if online != known:
            moments.append(ViewersMoment(at_ms=at_ms, online=online, delay_ms=DELAY_MS if online else None))
            known = online
        if likes := sum(chance.randrange(MOST_LIKES + 1) for _ in range(online)):
            moments.append(LikesMoment(at_ms=at_ms, count=likes))
        at += COUNTED_EVERY
    ended_ms = to_epoch_ms(show.ends_at)
    return [
        *moments,
        ViewersMoment(at_ms=ended_ms, online=0, delay_ms=None),
        StateMoment(at_ms=ended_ms, state=RoomState.ENDED),
    ]


def said_in(
    show: Show, visits: Sequence[Visit], people: Sequence[tuple[AccountId, str]], arts: Sequence[str]
) -> list[AnyMoment]:
    """Some of those who came said something: when they came in, and of what they looked at."""
    chance = random.Random(SEED - show.number)
    said: list[tuple[int, int, str]] = []
    for visit in visits:
        if chance.random() < SPEAKS:
            said.append((to_epoch_ms(visit.at) + chance.randrange(5_000, 60_000), visit.fan, chance.choice(GREETINGS)))
        if visit.opened is not None and chance.random() < SPEAKS:
            texts = REMARKS.get(arts[visit.opened], GREETINGS)
            said.append((to_epoch_ms(visit.at) + chance.randrange(60_000, 120_000), visit.fan, chance.choice(texts)))
    return [
        CommentMoment(
            at_ms=at_ms,
            comment_id=CommentId(new_id()),
            account_id=people[fan][0],
            name=people[fan][1],
            text=text,
            is_host=False,
        )
        for at_ms, fan, text in sorted(said)
    ]
