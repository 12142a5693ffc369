"""The fold of a room's log: old snapshot + tick = new snapshot. Pure; the front end does the same in TypeScript."""

from collections.abc import Iterable, Sequence

import msgspec

from xiaodian.contracts.bag import BagItem, BagSku
from xiaodian.contracts.live import (
    AnyMoment,
    BagMoment,
    Comment,
    CommentMoment,
    CommentPinnedMoment,
    CommentRemovedMoment,
    Featured,
    FeaturedMoment,
    LikesMoment,
    MutedMoment,
    PriceMoment,
    PurchaseMoment,
    RoomId,
    RoomState,
    Snapshot,
    StateMoment,
    StockMoment,
    UnfeaturedMoment,
    ViewersMoment,
)


def empty_snapshot(room_id: RoomId) -> Snapshot:
    """A room of whose log nothing has been read."""
    return Snapshot(
        room_id=room_id,
        tick=0,
        state=RoomState.PLANNED,
        bag=[],
        featured=None,
        pinned=None,
        comments=[],
        online=0,
        delay_ms=None,
        likes=0,
        buyers=0,
    )


def fold(snapshot: Snapshot, tick: int, moments: Iterable[AnyMoment]) -> Snapshot:
    """The snapshot after this tick."""
    for moment in moments:
        snapshot = _apply(snapshot, moment)
    return msgspec.structs.replace(snapshot, tick=tick)


def _apply(snapshot: Snapshot, moment: AnyMoment) -> Snapshot:
    replace = msgspec.structs.replace
    match moment:
        case CommentMoment() | CommentPinnedMoment() | CommentRemovedMoment() | MutedMoment():
            return _apply_comment(snapshot, moment)
        case PriceMoment() | StockMoment():
            return replace(snapshot, bag=with_sku(snapshot.bag, moment))
        case BagMoment():
            return replace(snapshot, bag=moment.items)
        case FeaturedMoment():
            shown = Featured(cue_id=moment.cue_id, product_id=moment.product_id, at_ms=moment.at_ms, why=moment.why)
            return replace(snapshot, featured=shown)
        case UnfeaturedMoment():
            is_shown = snapshot.featured is not None and snapshot.featured.cue_id == moment.cue_id
            return replace(snapshot, featured=None) if is_shown else snapshot
        case StateMoment():
            return replace(snapshot, state=moment.state)
        case LikesMoment():
            return replace(snapshot, likes=snapshot.likes + moment.count)
        case ViewersMoment():
            return replace(snapshot, online=moment.online, delay_ms=moment.delay_ms)
        case PurchaseMoment():
            return replace(snapshot, buyers=snapshot.buyers + moment.buyers)
    return snapshot


def _apply_comment(
    snapshot: Snapshot, moment: CommentMoment | CommentPinnedMoment | CommentRemovedMoment | MutedMoment
) -> Snapshot:
    replace = msgspec.structs.replace
    if isinstance(moment, CommentMoment):
        comment = Comment(
            comment_id=moment.comment_id,
            account_id=moment.account_id,
            name=moment.name,
            text=moment.text,
            is_host=moment.is_host,
            at_ms=moment.at_ms,
            badge=moment.badge,
        )
        return replace(snapshot, comments=[*snapshot.comments, comment][-Snapshot.MAX_COMMENTS :])
    if isinstance(moment, CommentPinnedMoment):
        return replace(snapshot, pinned=_pinned(moment))
    if isinstance(moment, CommentRemovedMoment):
        return replace(snapshot, comments=[c for c in snapshot.comments if c.comment_id != moment.comment_id])
    return replace(snapshot, comments=[c for c in snapshot.comments if c.account_id != moment.account_id])


def _pinned(moment: CommentPinnedMoment) -> Comment | None:
    if moment.comment_id is None or moment.account_id is None:
        return None
    return Comment(
        comment_id=moment.comment_id,
        account_id=moment.account_id,
        name=moment.name or "",
        text=moment.text or "",
        is_host=moment.is_host,
        at_ms=moment.at_ms,
        badge=moment.badge,
    )


def with_sku(bag: Sequence[BagItem], moment: PriceMoment | StockMoment) -> list[BagItem]:
    """The bag after a word on one SKU."""
    return [
        msgspec.structs.replace(
            item, skus=[_changed(sku, moment) if sku.sku_id == moment.sku_id else sku for sku in item.skus]
        )
        if item.product_id == moment.product_id
        else item
        for item in bag
    ]


def _changed(sku: BagSku, moment: PriceMoment | StockMoment) -> BagSku:
    replace = msgspec.structs.replace
    if isinstance(moment, PriceMoment):
        return replace(sku, price_minor=moment.price_minor)
    if moment.stock_id is None:
        return replace(sku, available=moment.available)
    if sku.flash_sale is not None and sku.flash_sale.flash_sale_id == moment.stock_id:
        return replace(sku, flash_sale=replace(sku.flash_sale, left=moment.available))
    return sku
