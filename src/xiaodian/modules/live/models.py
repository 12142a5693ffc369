"""Rows of this module's tables, private to it."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import CommentId, CueId, CueSource, CueWhy, RoomId, RoomState, Snapshot
from xiaodian.contracts.media import StreamId
from xiaodian.contracts.shops import ShopId


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A row of live.room."""

    room_id: RoomId
    host_id: AccountId
    shop_id: ShopId | None
    stream_id: StreamId
    title: str
    cover_url: str | None
    state: RoomState
    created_at: datetime
    planned_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    pinned_comment_id: CommentId | None
    pinned_account_id: AccountId | None
    online: int
    online_at: datetime | None
    host_cued_at: datetime | None


class ClubLook(NamedTuple):
    """How members of a shop's fan club are shown: the word on their badge, and each level's colour, lowest first."""

    word: str
    colours: list[str]


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """A row of live.cue: a product was on show from `start_at` to `end_at` (null: still is), in media time."""

    cue_id: CueId
    product_id: ProductId
    start_at: datetime
    end_at: datetime | None
    why: CueWhy | None = None
    """None: the host did it by hand."""

    @property
    def source(self) -> CueSource:
        """Who put it up."""
        return self.why.source if self.why else CueSource.HOST


class Checkpoint(NamedTuple):
    """A snapshot from which the log can be read on: it holds all messages up to `last_seq`, of ticks up to `tick`."""

    tick: int
    last_seq: int
    snapshot: Snapshot
