"""What a message of a flow is about, a product or a room: its name in the words, and where it leads to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId, RoomInfo, RoomState
from xiaodian.contracts.outreach import Campaign, Trigger
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import api as live
from xiaodian.modules.outreach.rules import name_product, name_room

OF_PRODUCTS: Collection[Trigger] = (Trigger.RUNNING_OUT, Trigger.BACK_IN_STOCK, Trigger.PRICE_DROP)
"""Their occasions begin with the id of a product."""
OPEN_ROOMS: Collection[RoomState] = (RoomState.PLANNED, *live.ON_AIR_STATES)


class Subject(NamedTuple):
    """What a message is about."""

    title: str
    room: RoomInfo | None = None

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to say any more: the room was called off, or has ended."""
        return self.room is not None and self.room.state not in OPEN_ROOMS


async def subjects_of(connection: Connection, messages: Sequence[tuple[Campaign, str]]) -> Mapping[str, Subject]:
    """By occasion, what it is about; of other occasions nothing."""
    products = {
        occasion: ProductId(UUID(occasion.split()[0]))
        for campaign, occasion in messages
        if campaign.trigger in OF_PRODUCTS
    }
    rooms = {
        occasion: RoomId(UUID(occasion.split()[1]))
        for campaign, occasion in messages
        if campaign.trigger is Trigger.ROOM_PLANNED
    }
    subjects: dict[str, Subject] = {}
    if products:
        known = await catalog.get_products(connection, sorted(set(products.values())))
        titles = {product.product_id: product.title for product in known}
        subjects |= {occasion: Subject(titles.get(product_id, "")) for occasion, product_id in products.items()}
    if rooms:
        found = await live.get_rooms(connection, set(rooms.values()))
        subjects |= {
            occasion: Subject(found[room_id].title, found[room_id])
            for occasion, room_id in rooms.items()
            if room_id in found
        }
    return subjects


def fill_in(campaign: Campaign, subject: Subject | None, utc_offset_h: int) -> Campaign:
    """The message with what it is about named in it; of a room it leads there, and says when that is in the time of
    the books.
    """
    if subject is None:
        return campaign
    if subject.room is None:
        return msgspec.structs.replace(campaign, text=name_product(campaign.text, subject.title))
    begins_at = subject.room.planned_at and subject.room.planned_at + timedelta(hours=utc_offset_h)
    text = name_room(campaign.text, subject.title, f"{begins_at:%m-%d %H:%M}" if begins_at else "")
    return msgspec.structs.replace(campaign, text=text, link=f"/rooms/{subject.room.room_id}")
