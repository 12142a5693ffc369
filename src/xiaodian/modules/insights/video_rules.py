"""From what is told of videos to sums: pure.

Of each viewer the furthest moment is known. Each viewer stands in one second, the one that the viewer got to; how many
got to a second or beyond it is the sum from there to the end.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.insights import BehaviourKind
from xiaodian.modules.insights.sampling import ALONE
from xiaodian.modules.insights.visit_rules import Act

SECOND_MS = 1000
MAX_SECONDS = 720
"""No chart has more points."""
NOWHERE = -1
"""Of who has not begun to watch, and of moments that nobody told."""

VIDEO_STEPS: dict[str, int] = {
    BehaviourKind.SEEN: 1,
    BehaviourKind.ENTERED: 2,
    BehaviourKind.CARD_SHOWN: 4,
    BehaviourKind.CARD_CLICKED: 8,
    BehaviourKind.BAG_OPENED: 16,
    BehaviourKind.PRODUCT_VIEWED: 32,
    BehaviourKind.CHECKOUT_STARTED: 64,
}
"""A bit for each step that a viewer of a video took at least once."""

_PRODUCT_COLUMN: dict[str, int] = {
    BehaviourKind.CARD_SHOWN: 0,
    BehaviourKind.CARD_CLICKED: 1,
    BehaviourKind.PRODUCT_VIEWED: 2,
    BehaviourKind.CHECKOUT_STARTED: 3,
}
_PLAYED = frozenset({BehaviourKind.ENTERED, BehaviourKind.WATCHED, BehaviourKind.LEFT})
_STEP_COLUMN = {step: 3 + number for number, step in enumerate(VIDEO_STEPS.values())}


class VideoViewer(NamedTuple):
    """What one viewer did with one video."""

    steps: int = 0
    visits: int = 0
    watch_s: int = 0
    furthest_ms: int = NOWHERE


class VideoVisit(NamedTuple):
    """A video: times it began to play, seconds, the sum of how far each viewer got, and how many different viewers
    took each step (in the order of VIDEO_STEPS).
    """

    views: int = 0
    watch_s: int = 0
    furthest_ms: int = 0
    saw: int = 0
    viewers: int = 0
    saw_card: int = 0
    clicked: int = 0
    opened_bag: int = 0
    viewed_product: int = 0
    started_checkout: int = 0
    sampled_acts: int = 0
    """Told while not of everybody rows were kept."""
    sampled_rows: int = 0
    """So many of these have rows."""


_SAMPLED_ACTS = VideoVisit._fields.index("sampled_acts")
_SAMPLED_ROWS = VideoVisit._fields.index("sampled_rows")

VIDEO_SECOND = ("ended", "times_left")
PRODUCT_SECOND = ("impressions", "clicks", "product_views", "checkout_starts")

VideoViewerKey = tuple[VideoId, UUID]
VideoSecondKey = tuple[VideoId, int]
ProductSecondKey = tuple[VideoId, ProductId, int]


class VideoTally:
    """Sums of acts, given what is known of the viewers before. Lists, as thousands of views a second go through."""

    def __init__(self, viewers: Mapping[VideoViewerKey, VideoViewer], durations_ms: Mapping[VideoId, int]) -> None:
        self._durations_ms = durations_ms
        self.viewers: dict[VideoViewerKey, list[int]] = {key: list(viewer) for key, viewer in viewers.items()}
        self.videos: dict[VideoId, list[int]] = {}
        self.seconds: dict[VideoSecondKey, list[int]] = {}
        self.products: dict[ProductSecondKey, list[int]] = {}

    def take(self, act: Act) -> None:
        """Count an act."""
        video_id, kind = act.video_id, act.kind
        assert video_id is not None
        viewer = self.viewers.get((video_id, act.viewer_id))
        if viewer is None:
            viewer = self.viewers[video_id, act.viewer_id] = [0, 0, 0, NOWHERE]
        video = self.videos.get(video_id)
        if video is None:
            video = self.videos[video_id] = [0] * len(VideoVisit._fields)
        if act.weight != ALONE:
            video[_SAMPLED_ACTS] += 1
            video[_SAMPLED_ROWS] += act.weight > ALONE
        step = VIDEO_STEPS.get(kind, 0)
        if step and not viewer[0] & step:
            viewer[0] |= step
            video[_STEP_COLUMN[step]] += 1
        if kind == BehaviourKind.ENTERED:
            viewer[1] += 1
            video[0] += 1
        elif act.watch_s:
            viewer[2] += act.watch_s
            video[1] += act.watch_s
        moment = self._moment(video_id, act.media_at_ms)
        if kind in _PLAYED:
            self._go_on(video_id, viewer, video, 0 if kind == BehaviourKind.ENTERED else max(moment, 0))
        if kind == BehaviourKind.LEFT:
            self._second(video_id, max(moment, 0))[1] += 1
        column = _PRODUCT_COLUMN.get(kind)
        if column is not None and act.product_id is not None:
            key = video_id, act.product_id, moment if moment == NOWHERE else moment // SECOND_MS
            self.products.setdefault(key, [0] * len(PRODUCT_SECOND))[column] += 1

    def _go_on(self, video_id: VideoId, viewer: list[int], video: list[int], moment: int) -> None:
        before = viewer[3]
        if moment > before:
            if before != NOWHERE:
                self._second(video_id, before)[0] -= 1
            self._second(video_id, moment)[0] += 1
            video[2] += moment - max(before, 0)
            viewer[3] = moment

    def _second(self, video_id: VideoId, moment_ms: int) -> list[int]:
        return self.seconds.setdefault((video_id, moment_ms // SECOND_MS), [0, 0])

    def _moment(self, video_id: VideoId, media_at_ms: int | None) -> int:
        """No moment is after the film's end, whatever a page says."""
        return NOWHERE if media_at_ms is None else min(media_at_ms, self._durations_ms[video_id])


def reach(ended: Mapping[int, int], seconds: int) -> list[int]:
    """How many viewers got to each second of a film."""
    reached: list[int] = []
    total = 0
    for second in range(seconds - 1, -1, -1):
        total += ended.get(second, 0)
        reached.append(total)
    # Who got to the very end stands in the second that begins there.
    beyond = sum(count for second, count in ended.items() if second >= seconds)
    return [count + beyond for count in reversed(reached)]


def step_s(seconds: int) -> int:
    """How long a stretch of the chart is, so that it has no more than it can show."""
    return max(1, -(-seconds // MAX_SECONDS))


def fold(values: Iterable[tuple[int, int]], step: int, seconds: int) -> dict[int, int]:
    """Sums by stretch; what is told of no moment, or of none of the film's, is in none."""
    sums: dict[int, int] = {}
    for second, value in values:
        if 0 <= second <= seconds and value:
            start = min(second, seconds - 1) // step * step
            sums[start] = sums.get(start, 0) + value
    return sums
