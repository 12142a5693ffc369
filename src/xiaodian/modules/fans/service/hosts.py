"""Whose place a room or video is, and who of those who were in it are people still."""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.shops import ShopId
from xiaodian.infra.database import Connection
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.content import api as content
from xiaodian.modules.live import api as live
from xiaodian.modules.shops import api as shops


class Host(NamedTuple):
    """Whose place it is."""

    whose_id: UUID
    """A shop; of a host who has none, the host."""
    account_id: AccountId
    is_shop: bool


async def find_hosts(
    connection: Connection, room_ids: Collection[RoomId], video_ids: Collection[VideoId]
) -> Mapping[UUID | None, Host]:
    """By room and video, whose it is; those that are gone are left out."""
    rooms = await live.get_rooms(connection, room_ids) if room_ids else {}
    videos = await content.get_videos(connection, video_ids) if video_ids else {}
    owned = await shops.find_owned(connection, {video.creator_id for video in videos.values()})
    hosts: dict[UUID | None, Host] = {room_id: _host_of(room.host_id, room.shop_id) for room_id, room in rooms.items()}
    hosts |= {video_id: _host_of(video.creator_id, owned.get(video.creator_id)) for video_id, video in videos.items()}
    return hosts


def _host_of(host_id: AccountId, shop_id: ShopId | None) -> Host:
    return Host(host_id if shop_id is None else shop_id, host_id, shop_id is not None)


async def find_people(connection: Connection, account_ids: Collection[AccountId]) -> Collection[AccountId]:
    """Those of the accounts that exist: words of who was erased may come late, and must not bring them back.

    Within a transaction that holds the fans' lock: whoever is erased after it is forgotten after it.
    """
    return (await accounts.get_accounts(connection, list(account_ids))).keys()
