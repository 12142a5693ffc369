"""What is reported, with what it is about, for operators."""

from collections.abc import Mapping, Sequence

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.live import CommentId, RoomInfo
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import made_at
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import comment_queries
from xiaodian.modules.content.models import OpenReport
from xiaodian.modules.content.service.comment_video import show_comments
from xiaodian.modules.content.service.show_videos import show_cards
from xiaodian.modules.content.wire import ReportedItem, ReportedRoom
from xiaodian.modules.live import api as live


async def show_reports(connection: Connection, reports: Sequence[OpenReport]) -> list[ReportedItem]:
    """Open reports; of what is gone there is nothing to decide."""
    cards = await show_cards(connection, list({each.video_id for each in reports if each.video_id is not None}))
    rooms = await live.get_rooms(connection, {each.room_id for each in reports if each.room_id is not None})
    hosts = await accounts.get_accounts(connection, list({room.host_id for room in rooms.values()}))
    found = await comment_queries.find_comments(
        connection, [CommentId(each.comment_id) for each in reports if each.comment_id is not None]
    )
    comments = {each.comment_id: each for each in await show_comments(connection, list(found.values()))}
    items = [
        ReportedItem(
            video=cards.get(each.video_id) if each.video_id else None,
            room=show_room(rooms.get(each.room_id), hosts) if each.room_id else None,
            comment=comments.get(each.comment_id) if each.comment_id else None,
            reports=each.reports,
            reasons=each.reasons,
            notes=each.notes,
            first_reported_at=made_at(each.first_id),
        )
        for each in reports
    ]
    return [item for item in items if item.video or item.room]


def show_room(room: RoomInfo | None, hosts: Mapping[AccountId, Account]) -> ReportedRoom | None:
    """A room as operators see it; None: it or its host is gone."""
    if room is None or room.host_id not in hosts:
        return None
    return ReportedRoom(
        room_id=room.room_id,
        host=hosts[room.host_id],
        title=room.title,
        cover_url=room.cover_url,
        state=room.state,
    )
