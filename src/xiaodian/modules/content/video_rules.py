"""Pure decisions about short videos: the state tables, titles and topics, moments of cards."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoState
from xiaodian.contracts.risk import Limit
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.kit.text import BadTextError, clean_line

HOUR_S = 3600.0
MINUTE_S = 60.0
VIDEOS_PER_HOUR = Limit(name="videos", burst=60, period_s=HOUR_S)
EDITS_PER_MINUTE = Limit(name="video_edits", burst=60, period_s=MINUTE_S)
LIKES_PER_MINUTE = Limit(name="video_likes", burst=120, period_s=MINUTE_S)
SHARES_PER_MINUTE = Limit(name="video_shares", burst=30, period_s=MINUTE_S)
REPORTS_PER_HOUR = Limit(name="video_reports", burst=30, period_s=HOUR_S)

MAX_DRAFTS = 100
MAX_TITLE_CHARS = 200
MAX_TOPICS = 10
MAX_TOPIC_CHARS = 30
MAX_PRODUCTS = 20
MIN_CLIP_MS = 2_000
MAX_CLIP_MS = 600_000
MIN_SHOW_MS = 1_000
MAX_SHOW_MS = 60_000
DEFAULT_SHOW_MS = 8_000
LEAST_SHOW_MS = 3_000
"""A card that the platform puts up is not cut shorter than this by the next one."""
COUNT_SLOTS = 16

MOVES_OF_CREATOR: Mapping[VideoState, frozenset[VideoState]] = {
    VideoState.DRAFT: frozenset({VideoState.PUBLISHED}),
    VideoState.PUBLISHED: frozenset({VideoState.HIDDEN}),
    VideoState.HIDDEN: frozenset({VideoState.PUBLISHED}),
    VideoState.TAKEN_DOWN: frozenset(),
}
MOVES_OF_OPERATOR: Mapping[VideoState, frozenset[VideoState]] = {
    VideoState.DRAFT: frozenset(),
    VideoState.PUBLISHED: frozenset({VideoState.TAKEN_DOWN}),
    VideoState.HIDDEN: frozenset({VideoState.TAKEN_DOWN}),
    VideoState.TAKEN_DOWN: frozenset({VideoState.PUBLISHED, VideoState.HIDDEN}),
}

_TOPIC = re.compile(r"#(\w+)")


class Moment(NamedTuple):
    """When a card comes up, and for how long, in ms of the film."""

    at_ms: int
    show_ms: int


class Showing(NamedTuple):
    """From when to when a product was on show in a room's film, in ms from its start; None: until the end."""

    product_id: ProductId
    start_ms: int
    end_ms: int | None


def clean_title(title: str) -> str:
    """The title as it is shown; may be empty. Raises InvalidInputError."""
    if not title.strip():
        return ""
    try:
        return clean_line(title, max_chars=MAX_TITLE_CHARS)
    except BadTextError as error:
        raise InvalidInputError(field="title", reason=error.reason, max_chars=MAX_TITLE_CHARS) from error


def name_in_notice(title: str, created_at: datetime) -> dict[str, str]:
    """What a notice says of which video it speaks: its title, or when it was uploaded, in epoch ms."""
    return {"title": title} if title else {"title": "", "uploaded_at_ms": str(to_epoch_ms(created_at))}


def find_topics(title: str) -> list[str]:
    """What the title names with `#`, each once, in order. Raises InvalidInputError if they are too many or too long.

    A number alone is none: `#3` is the third link of the bag.
    """
    named = [fold_topic(match) for match in _TOPIC.findall(unicodedata.normalize("NFKC", title))]
    topics = list(dict.fromkeys(topic for topic in named if any(char.isalpha() for char in topic)))
    if len(topics) > MAX_TOPICS:
        raise InvalidInputError(field="title", reason="too_many_topics", limit=MAX_TOPICS)
    if any(len(topic) > MAX_TOPIC_CHARS for topic in topics):
        raise InvalidInputError(field="title", reason="topic_too_long", limit=MAX_TOPIC_CHARS)
    return topics


def fold_topic(topic: str) -> str:
    """The same for all ways of writing a topic: wide or narrow, upper or lower case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", topic).lower()).removeprefix("#")


def suggest_title(room_title: str, product_titles: Sequence[str]) -> str:
    """For a clip: the first product that it shows, and the room it is from."""
    parts = [*product_titles[:1], room_title]
    return " | ".join(part.replace("#", " ").strip() for part in parts)[:MAX_TITLE_CHARS].strip()


def move_cues(showings: Sequence[Showing], from_ms: int, to_ms: int) -> dict[ProductId, Moment]:
    """The first showing of each product that reaches into the stretch, on the time line of a clip of it."""
    moments: dict[ProductId, Moment] = {}
    for showing in sorted(showings, key=lambda each: each.start_ms):
        start = max(showing.start_ms, from_ms)
        end = to_ms if showing.end_ms is None else min(showing.end_ms, to_ms)
        if end - start >= MIN_SHOW_MS and showing.product_id not in moments:
            moments[showing.product_id] = Moment(start - from_ms, min(end - start, MAX_SHOW_MS))
    return dict(list(moments.items())[:MAX_PRODUCTS])


def find_room(taken: Sequence[Moment], duration_ms: int) -> Moment | None:
    """For a product of which nothing is known yet: the middle of the longest stretch without a card. None: there is no
    room for one.
    """
    start, end = max(_list_gaps(taken, duration_ms), key=lambda gap: gap[1] - gap[0])
    show_ms = min(DEFAULT_SHOW_MS, end - start)
    if show_ms < min(LEAST_SHOW_MS, duration_ms):
        return None
    return Moment(start + (end - start - show_ms) // 2, show_ms)


def fit_moment(moment: Moment, taken: Sequence[Moment], duration_ms: int) -> Moment | None:
    """The same, shorter if another card or the film's end comes before it would be over. None: another card is up
    then, or it would be gone before anybody has read it.
    """
    for start, end in _list_gaps(taken, duration_ms):
        if start <= moment.at_ms < end:
            show_ms = min(moment.show_ms, end - moment.at_ms)
            is_cut = end < duration_ms and show_ms < min(moment.show_ms, LEAST_SHOW_MS)
            return None if is_cut else Moment(moment.at_ms, show_ms)
    return None


def _list_gaps(cards: Sequence[Moment], duration_ms: int) -> list[tuple[int, int]]:
    """The stretches of the film in which no card is up, from when to when."""
    gaps: list[tuple[int, int]] = []
    free_from = 0
    for card in sorted(cards):
        gaps.append((free_from, card.at_ms))
        free_from = max(free_from, card.at_ms + card.show_ms)
    return [*gaps, (free_from, duration_ms)]


def count_slot(account_id: UUID) -> int:
    """Which of a video's counters counts this account; always the same one, so that none goes below zero."""
    return account_id.int % COUNT_SLOTS
