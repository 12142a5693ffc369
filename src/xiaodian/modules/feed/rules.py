"""How the feed ranks: pure.

Everything is told in doublings. A video's score is the logarithm of what a showing of it is worth, plus its age in
half-lives; so a score stays true while time passes, and only what viewers do changes it. What a viewer likes adds
doublings of its own. docs/feed.md says the same in words, with the weights below.
"""

from datetime import UTC, datetime, timedelta
from enum import IntFlag
from math import exp2, log2
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.insights import BehaviourKind

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PERCENT = 100
_DAY_S = 86_400.0
_HASH = 0x9E3779B97F4A7C15
_HASH_MASK = 2**64 - 1


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Every number that the ranking depends on. docs/feed.md publishes them (a test compares)."""

    half_life_days: float = 5.0
    """A video so much older must be worth twice as much to stand in the same place."""
    taste_half_life_days: float = 30.0
    prior_views: float = 20.0
    """So many average views are added to those a video had, lest one enthusiast decide."""
    prior_through: float = 0.4
    worth_through: float = 1.0
    worth_like: float = 4.0
    worth_comment: float = 6.0
    worth_click: float = 4.0
    worth_order: float = 30.0
    worth_dismissal: float = -20.0
    least_worth: float = 0.02
    followed: float = 3.0
    """Doublings for a creator whom the viewer follows; so are the next ones doublings."""
    taste: float = 1.0
    """For each doubling of what the viewer did with the like of it."""
    most_taste: float = 4.0
    chance: float = 0.5
    """At most so much is added by lot, so that two visits differ."""
    dismissed_creator: float = -6.0
    dismissed_subject: float = -1.5
    same_creator_on_page: float = -1.0
    same_subject_on_page: float = -0.4
    most_in_a_row: int = 2
    """No more of one creator one after the other."""
    room_every: int = 5
    newcomer_every: int = 10
    """One place in so many is given to videos that few have seen: the price of finding out."""
    exploring_until_seen: int = 100
    exploring_days: int = 14
    new_creator_days: int = 30
    new_video_days: int = 3
    """For so long it is said of a video that it is new."""
    popular_views: int = 100
    """From so many viewers on it is said of a video that many watch it."""
    seen_again_after_days: int = 30
    room_newness: float = 2.0
    room_newness_half_life_min: float = 15.0
    room_viewers: float = 0.5
    """For each doubling of the viewers; of recent purchases, the next."""
    room_purchases: float = 1.0
    room_passed_by: float = -2.0
    """For a room that the viewer was shown and did not enter, as long as the next says."""
    room_passed_by_min: int = 60
    strength_liked: float = 2.0
    strength_commented: float = 2.0
    strength_clicked: float = 1.0
    strength_bought: float = 5.0
    strength_through: float = 1.0
    """For a film watched to its end."""
    strength_skipped: float = -0.5
    skipped_below_percent: int = 15


WEIGHTS = Weights()


class Deed(IntFlag):
    """What an account did with a video, room or product, at least once."""

    SEEN = 1
    ENTERED = 2
    LEFT = 4
    CLICKED = 8
    LIKED = 16
    COMMENTED = 32
    BOUGHT = 64


DEED_OF_KIND: dict[BehaviourKind, Deed] = {
    BehaviourKind.SEEN: Deed.SEEN,
    BehaviourKind.ENTERED: Deed.ENTERED,
    BehaviourKind.WATCHED: Deed.ENTERED,
    BehaviourKind.LEFT: Deed.LEFT,
    BehaviourKind.CARD_CLICKED: Deed.CLICKED,
    BehaviourKind.BAG_OPENED: Deed.CLICKED,
    BehaviourKind.PRODUCT_VIEWED: Deed.CLICKED,
    BehaviourKind.CHECKOUT_STARTED: Deed.CLICKED,
}
"""A card that came up by itself is no deed of the viewer's."""


class Sums(NamedTuple):
    """What came of a video's showings."""

    seen: int = 0
    views: int = 0
    through_percent: int = 0
    """Summed over viewers: how far each got, in percent."""
    clicks: int = 0
    likes: int = 0
    comments: int = 0
    orders: int = 0
    dismissals: int = 0


class Encounter(NamedTuple):
    """What one account did in one place; a row of feed.encounter without its key and subjects."""

    at: datetime
    through_percent: int = 0
    deeds: int = 0

    def merge(self, other: "Encounter") -> "Encounter":
        """Both; in whatever order they are told, and however often, the same comes out."""
        return Encounter(
            max(self.at, other.at), max(self.through_percent, other.through_percent), self.deeds | other.deeds
        )


def creator_subject(creator_id: UUID) -> str:
    """A creator as something that one may like."""
    return f"creator:{creator_id}"


def topic_subject(topic: str) -> str:
    """A topic as something that one may like."""
    return f"topic:{topic}"


def category_subject(category: str) -> str:
    """A kind of goods as something that one may like."""
    return f"category:{category}"


def worth(sums: Sums, weights: Weights = WEIGHTS) -> float:
    """What a showing of this video is worth, by what came of those up to now."""
    views = sums.views + weights.prior_views
    through = (sums.through_percent / PERCENT + weights.prior_views * weights.prior_through) / views
    total = weights.worth_through * through + (
        weights.worth_like * sums.likes
        + weights.worth_comment * sums.comments
        + weights.worth_click * sums.clicks
        + weights.worth_order * sums.orders
        + weights.worth_dismissal * sums.dismissals
    ) / max(views, sums.seen)
    return max(total, weights.least_worth)


def score(sums: Sums, published_at: datetime, weights: Weights = WEIGHTS) -> float:
    """The video's place in every list, the greatest first; it does not change while time passes."""
    age = (published_at - EPOCH).total_seconds() / (weights.half_life_days * _DAY_S)
    return log2(worth(sums, weights)) + age


def is_exploring(sums: Sums, published_at: datetime, now: datetime, weights: Weights = WEIGHTS) -> bool:
    """Whether too few have seen this young video to know what it is worth."""
    return sums.seen < weights.exploring_until_seen and now - published_at < timedelta(days=weights.exploring_days)


def strength(encounter: Encounter, weights: Weights = WEIGHTS) -> float:
    """What an encounter says of the viewer's liking."""
    deeds = encounter.deeds
    through = encounter.through_percent
    is_skipped = bool(deeds & Deed.LEFT) and through < weights.skipped_below_percent
    return (
        weights.strength_through * through / PERCENT
        + (weights.strength_skipped if is_skipped else 0.0)
        + (weights.strength_liked if deeds & Deed.LIKED else 0.0)
        + (weights.strength_commented if deeds & Deed.COMMENTED else 0.0)
        + (weights.strength_clicked if deeds & Deed.CLICKED else 0.0)
        + (weights.strength_bought if deeds & Deed.BOUGHT else 0.0)
    )


def growth(at: datetime, weights: Weights = WEIGHTS) -> float:
    """How much more a deed of this time counts than one of the epoch: the past fades as the present grows."""
    days: float = (at - EPOCH).total_seconds() / _DAY_S
    return exp2(days / weights.taste_half_life_days)


def weight(encounter: Encounter, weights: Weights = WEIGHTS) -> float:
    """What an encounter adds to its subjects in feed.taste."""
    return strength(encounter, weights) * growth(encounter.at, weights)


def taste_doublings(strengths: float, weights: Weights = WEIGHTS) -> float:
    """Doublings for a subject by what the viewer did with it, faded to now; negative for what is skipped."""
    if strengths >= 0:
        return min(weights.taste * log2(1.0 + strengths), weights.most_taste)
    return -min(weights.taste * log2(1.0 - strengths), weights.most_taste)


def lot(mark: int, seed: int) -> float:
    """Between 0 and 1, the same for the same visit."""
    return ((mark ^ seed) * _HASH & _HASH_MASK) / 2.0**64


def room_score(online: int, purchases: int, on_air_for: timedelta, weights: Weights = WEIGHTS) -> float:
    """A room on air, by what happens in it: how many watch, what was bought of late, how new it is."""
    minutes = max(on_air_for.total_seconds(), 0.0) / 60.0
    return (
        weights.room_viewers * log2(1.0 + online)
        + weights.room_purchases * log2(1.0 + purchases)
        + weights.room_newness * exp2(-minutes / weights.room_newness_half_life_min)
    )
