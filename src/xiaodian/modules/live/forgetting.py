"""What names an account goes out of moments, ticks and snapshots: pure."""

from collections.abc import Iterable

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.live import (
    AnyMoment,
    ClubMoment,
    CommentMoment,
    CommentPinnedMoment,
    MutedMoment,
    RoomId,
    Snapshot,
    Tick,
)

NAMING_KINDS = ("comment", "comment_pinned", "club", "muted")
"""Moments that name an account; purchases are told under the first character of a name."""

FORGOTTEN = "live-forgotten"
"""Told in plain NATS to every process that holds logs in its memory."""


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What an account said is gone from the logs of these rooms."""

    account_id: AccountId
    room_ids: list[RoomId]


_decode = msgspec.json.Decoder(Tick).decode
_encode = msgspec.json.Encoder().encode


def account_of(moment: AnyMoment) -> AccountId | None:
    """Whom a moment names."""
    match moment:
        case CommentMoment() | CommentPinnedMoment() | ClubMoment() | MutedMoment():
            return moment.account_id
    return None


def without(moments: Iterable[AnyMoment], account_id: AccountId) -> list[AnyMoment]:
    """Those of the moments that do not name the account."""
    return [moment for moment in moments if account_of(moment) != account_id]


def forget_in_tick(data: bytes, account_id: AccountId) -> bytes | None:
    """The tick as a process makes it that reads the log now; None if nothing is left in it."""
    if str(account_id).encode() not in data:
        return data
    tick = _decode(data)
    kept = without(tick.moments, account_id)
    return _encode(Tick(tick=tick.tick, moments=kept)) if kept else None


def forget_in_snapshot(snapshot: Snapshot, account_id: AccountId) -> Snapshot:
    """The snapshot without what the account said."""
    pinned = snapshot.pinned
    return msgspec.structs.replace(
        snapshot,
        pinned=None if pinned is not None and pinned.account_id == account_id else pinned,
        comments=[comment for comment in snapshot.comments if comment.account_id != account_id],
    )
