"""What one viewer is shown, in which order and why: pure, as the rules it is made of."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.modules.feed.rules import WEIGHTS, Weights, lot, taste_doublings

NEWCOMERS_DRAWN = 60
MOST_RANKED = 600
"""More are never looked at for one page."""


class Reason(StrEnum):
    """Why something is shown. Its text is in the catalogue of messages under `feed.why_<reason>`."""

    FOLLOWED = "followed"
    TOPIC = "topic"
    CATEGORY = "category"
    CREATOR = "creator"
    NEW_CREATOR = "new_creator"
    NEW_VIDEO = "new_video"
    POPULAR = "popular"
    """So many have watched it that this can be said (`popular_views`)."""
    LITTLE_WATCHED = "little_watched"
    """What is true of the others: not many have."""
    ON_AIR_BOUGHT = "on_air_bought"
    ON_AIR_FOLLOWED = "on_air_followed"
    ON_AIR = "on_air"


_REASONS = {"topic": Reason.TOPIC, "category": Reason.CATEGORY, "creator": Reason.CREATOR}
"""By the kind of subject."""


class Candidate(NamedTuple):
    """A video that can be shown."""

    video_id: VideoId
    creator_id: AccountId
    creator: str
    """The creator as a subject."""
    subjects: tuple[str, ...]
    score: float
    seen: int
    views: int
    through_percent: int
    is_new_creator: bool
    mark: int
    """Stands for the video in cursors."""


class RoomCandidate(NamedTuple):
    """A room on air."""

    room_id: RoomId
    host_id: AccountId
    creator: str
    score: float
    purchases: int
    mark: int


class Viewer(NamedTuple):
    """What is known of who looks; of somebody who is not signed in, nothing."""

    account_id: AccountId | None = None
    followed: frozenset[AccountId] = frozenset()
    tastes: Mapping[str, float] = {}
    """Strength by subject, faded to now."""
    dismissed: frozenset[UUID] = frozenset()
    """Videos and rooms that the viewer does not want to see."""
    disliked: Mapping[str, int] = {}
    """How often the viewer said of a subject's video that it does not interest."""
    passed_by: frozenset[RoomId] = frozenset()
    """Rooms that the viewer saw of late and did not enter."""


class Ranked(NamedTuple):
    """A candidate as this viewer would have it."""

    doublings: float
    candidate: Candidate
    reason: Reason = Reason.LITTLE_WATCHED
    subject: str = ""


class RankedRoom(NamedTuple):
    """A room as this viewer would have it."""

    doublings: float
    candidate: RoomCandidate
    reason: Reason


Pick = Ranked | RankedRoom


def mark_of(place_id: UUID) -> int:
    """The last bits of an id, which are drawn by lot."""
    return place_id.int & 0xFFFF_FFFF


def rank(
    candidates: Iterable[Candidate], viewer: Viewer, seed: int, shown: Collection[int], weights: Weights = WEIGHTS
) -> list[Ranked]:
    """The candidates as this viewer would have them, the best first: without those shown in this visit already, the
    viewer's own, and those the viewer does not want to see.
    """
    doublings = {subject: taste_doublings(strength, weights) for subject, strength in viewer.tastes.items()}
    own, dismissed, disliked = viewer.account_id, viewer.dismissed, viewer.disliked
    followed, chance, liking = viewer.followed, weights.chance, doublings.get
    marks = set(shown)
    ranked: list[tuple[float, Candidate]] = []
    for each in candidates:
        video_id, creator_id, creator, subjects, total, _, _, _, _, mark = each
        if mark in marks or creator_id == own or video_id in dismissed:
            continue
        marks.add(mark)
        total += chance * lot(mark, seed)
        if creator_id in followed:
            total += weights.followed
        if doublings:
            total += liking(creator, 0.0)
            for name in subjects:
                total += liking(name, 0.0)
        if disliked:
            total += weights.dismissed_creator * disliked.get(each.creator, 0)
            total += weights.dismissed_subject * sum(disliked.get(name, 0) for name in each.subjects)
        ranked.append((total, each))
    ranked.sort(key=itemgetter(0), reverse=True)
    return [Ranked(total, each) for total, each in ranked[:MOST_RANKED]]


def explain(picks: Iterable["Pick"], viewer: Viewer, weights: Weights = WEIGHTS) -> list["Pick"]:
    """The same with what lifted each video most; rooms and newcomers have their reasons already."""
    return [
        each._replace(**_lifted_by(each.candidate, viewer, weights))
        if isinstance(each, Ranked) and each.reason is Reason.LITTLE_WATCHED
        else each
        for each in picks
    ]


def _lifted_by(each: Candidate, viewer: Viewer, weights: Weights) -> dict[str, Any]:
    reason = Reason.POPULAR if each.views >= weights.popular_views else Reason.LITTLE_WATCHED
    subject, most = "", 0.0
    if each.creator_id in viewer.followed:
        reason, most = Reason.FOLLOWED, weights.followed
    for name in (each.creator, *each.subjects):
        liking = taste_doublings(viewer.tastes.get(name, 0.0), weights)
        if liking > most:
            reason, subject, most = _REASONS[name.partition(":")[0]], name, liking
    return {"reason": reason, "subject": subject}


def name_reason(reason: Reason, published_at: datetime, now: datetime, weights: Weights = WEIGHTS) -> Reason:
    """The same, but of a new video, that it is new: of course not many have watched it."""
    is_new = now - published_at < timedelta(days=weights.new_video_days)
    return Reason.NEW_VIDEO if reason is Reason.LITTLE_WATCHED and is_new else reason


def rank_rooms(
    rooms: Iterable[RoomCandidate], viewer: Viewer, seed: int, shown: Collection[int], weights: Weights = WEIGHTS
) -> list[RankedRoom]:
    """The same of rooms."""
    ranked: list[RankedRoom] = []
    for each in rooms:
        if each.mark in shown or each.host_id == viewer.account_id or each.room_id in viewer.dismissed:
            continue
        is_followed = each.host_id in viewer.followed
        total = each.score + weights.chance * lot(each.mark, seed) + (weights.followed if is_followed else 0.0)
        if each.room_id in viewer.passed_by:
            total += weights.room_passed_by
        if viewer.tastes:
            total += taste_doublings(viewer.tastes.get(each.creator, 0.0), weights)
        if viewer.disliked:
            total += weights.dismissed_creator * viewer.disliked.get(each.creator, 0)
        ranked.append(RankedRoom(total, each, _reason_of_room(each, is_followed=is_followed)))
    ranked.sort(key=lambda each: each.doublings, reverse=True)
    return ranked


def _reason_of_room(room: RoomCandidate, *, is_followed: bool) -> Reason:
    if is_followed:
        return Reason.ON_AIR_FOLLOWED
    return Reason.ON_AIR_BOUGHT if room.purchases else Reason.ON_AIR


def draw_newcomers(ranked: Sequence[Ranked], seed: int) -> list[Ranked]:
    """Videos that few have seen, in the order in which they get the places for finding out: Thompson sampling on how
    far viewers get. One of each creator at most, lest who uploads a thousand films get all of these places.
    """
    chance = Random(seed)
    creators: set[AccountId] = set()
    drawn: list[tuple[float, Ranked]] = []
    for each in ranked[:NEWCOMERS_DRAWN]:
        video = each.candidate
        if video.creator_id not in creators:
            creators.add(video.creator_id)
            through = min(video.through_percent / 100, float(video.views))
            drawn.append((chance.betavariate(1.0 + through, 1.0 + video.views - through), each))
    drawn.sort(key=lambda pair: pair[0], reverse=True)
    return [
        each._replace(reason=Reason.NEW_CREATOR if each.candidate.is_new_creator else Reason.NEW_VIDEO)
        for _, each in drawn
    ]


def arrange(
    ranked: Sequence[Ranked],
    newcomers: Sequence[Ranked],
    rooms: Sequence[RankedRoom],
    size: int,
    first_place: int,
    before: Sequence[int],
    weights: Weights = WEIGHTS,
) -> list[Pick]:
    """A page: the best first, but no three in a row of one creator, one place in five a room, one in ten a newcomer.

    `first_place`: how many places of this visit were filled before; `before`: the marks of the creators of the last.
    """
    page = _Arrangement(ranked, weights, before)
    waiting_rooms, waiting_newcomers = deque(rooms), deque(newcomers)
    picks: list[Pick] = []
    for place in range(first_place, first_place + size):
        pick: Pick | None = None
        if place % weights.room_every == weights.room_every - 1:
            pick = page.take_room(waiting_rooms)
        elif place % weights.newcomer_every == weights.newcomer_every // 2:
            pick = page.take_newcomer(waiting_newcomers)
        pick = pick or page.take_best() or page.take_newcomer(waiting_newcomers) or page.take_room(waiting_rooms)
        if pick is None:
            page.is_strict = False  # Three in a row are better than nothing more to see.
            pick = page.take_best() or page.take_newcomer(waiting_newcomers) or page.take_room(waiting_rooms)
        if pick is None:
            break
        picks.append(pick)
    return picks


class _Arrangement:
    def __init__(self, ranked: Sequence[Ranked], weights: Weights, before: Sequence[int]) -> None:
        self.is_strict = True
        self._waiting = list(ranked)
        self._weights = weights
        self._creators = list(before)
        self._taken: set[VideoId] = set()
        self._of_creator: dict[int, int] = {}
        self._of_subject: dict[str, int] = {}

    def take_best(self) -> Ranked | None:
        """What is best once it is counted what the page has of the like already; only the first few can be that."""
        weights = self._weights
        best, best_doublings = None, 0.0
        for each in self._waiting:
            if best is not None and each.doublings <= best_doublings:
                break
            if each.candidate.video_id in self._taken or self._is_third(each.candidate.creator_id):
                continue
            doublings = each.doublings + weights.same_creator_on_page * self._of_creator.get(
                mark_of(each.candidate.creator_id), 0
            )
            doublings += weights.same_subject_on_page * sum(
                self._of_subject.get(subject, 0) for subject in each.candidate.subjects
            )
            if best is None or doublings > best_doublings:
                best, best_doublings = each, doublings
        if best is not None:
            self._note(best)
            self._waiting.remove(best)
        return best

    def take_newcomer(self, waiting: deque[Ranked]) -> Ranked | None:
        """The next newcomer that fits."""
        for each in list(waiting):
            if each.candidate.video_id in self._taken:
                waiting.remove(each)
            elif not self._is_third(each.candidate.creator_id):
                waiting.remove(each)
                self._note(each)
                return each
        return None

    def take_room(self, waiting: deque[RankedRoom]) -> RankedRoom | None:
        """The next room that fits."""
        for each in list(waiting):
            if not self._is_third(each.candidate.host_id):
                waiting.remove(each)
                self._creators.append(mark_of(each.candidate.host_id))
                return each
        return None

    def _is_third(self, creator_id: AccountId) -> bool:
        row = self._weights.most_in_a_row
        return self.is_strict and len(self._creators) >= row and set(self._creators[-row:]) == {mark_of(creator_id)}

    def _note(self, taken: Ranked) -> None:
        creator = mark_of(taken.candidate.creator_id)
        self._taken.add(taken.candidate.video_id)
        self._creators.append(creator)
        self._of_creator[creator] = self._of_creator.get(creator, 0) + 1
        for subject in taken.candidate.subjects:
            self._of_subject[subject] = self._of_subject.get(subject, 0) + 1
