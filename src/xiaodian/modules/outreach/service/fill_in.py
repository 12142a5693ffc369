"""What a message is about, a product or a room: is it still so, its name in the words of a flow, where it leads."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, timedelta
from typing import NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from xiaodian.contracts.catalog import Product, ProductId
from xiaodian.contracts.live import RoomId, RoomInfo, RoomState
from xiaodian.contracts.outreach import Campaign, CampaignId, Trigger
from xiaodian.infra.database import Connection
from xiaodian.modules.catalog import api as catalog
from xiaodian.modules.live import api as live
from xiaodian.modules.outreach.rules import name_product, name_room
from xiaodian.modules.outreach.service.watch_goods import LOWEST_OF_DAYS, can_be_bought

OF_PRODUCTS: Collection[Trigger] = (Trigger.RUNNING_OUT, Trigger.BACK_IN_STOCK, Trigger.PRICE_DROP)
"""Their occasions begin with the id of a product."""
OPEN_ROOMS: Collection[RoomState] = (RoomState.PLANNED, *live.ON_AIR_STATES)

_FALLS = """
    SELECT turn.product_id, turn.at FROM outreach.turn
        JOIN unnest($1::uuid[], $2::date[]) AS told (product_id, day)
            ON turn.product_id = told.product_id AND (turn.at AT TIME ZONE 'UTC')::date = told.day
    WHERE turn.kind = 'price_drop'
"""


class Subject(NamedTuple):
    """What a message is about."""

    title: str
    is_over: bool
    """There is nothing to say any more: the room was called off, or has ended; the product cannot be bought, or costs
    what it did again.
    """
    room: RoomInfo | None = None


About: TypeAlias = tuple[CampaignId, str]
"""A campaign and an occasion of it."""


async def subjects_of(connection: Connection, messages: Sequence[tuple[Campaign, str]]) -> Mapping[About, Subject]:
    """What messages are about; nothing of those that are about nothing that can be over."""
    products = {
        (campaign.campaign_id, occasion): ProductId(UUID(occasion.split()[0]))
        for campaign, occasion in messages
        if campaign.trigger in OF_PRODUCTS
    }
    rooms = {
        (campaign.campaign_id, occasion): room_id
        for campaign, occasion in messages
        if (room_id := _room_of(campaign, occasion)) is not None
    }
    subjects: dict[About, Subject] = {}
    if products:
        known = {each.product_id: each for each in await catalog.get_products(connection, sorted({*products.values()}))}
        dear = await _find_dear_again(connection, messages)
        subjects |= {
            about: _product(known.get(product_id), is_dear=about in dear) for about, product_id in products.items()
        }
    if rooms:
        found = await live.get_rooms(connection, {*rooms.values()})
        subjects |= {
            about: Subject(found[room_id].title, found[room_id].state not in OPEN_ROOMS, found[room_id])
            for about, room_id in rooms.items()
            if room_id in found
        }
    return subjects


def _room_of(campaign: Campaign, occasion: str) -> RoomId | None:
    return RoomId(UUID(occasion.split()[1])) if campaign.trigger is Trigger.ROOM_PLANNED else campaign.room_id


def _product(product: Product | None, *, is_dear: bool) -> Subject:
    if product is None:
        return Subject("", is_over=False)
    return Subject(product.title, is_dear or not can_be_bought(product))


async def _find_dear_again(connection: Connection, messages: Sequence[tuple[Campaign, str]]) -> set[About]:
    """Those that tell of a price that fell and is by now what it was, or more; part of the way up it is cheap still."""
    told = {
        (campaign.campaign_id, occasion): (ProductId(UUID(product_id)), date.fromisoformat(day))
        for campaign, occasion in messages
        if campaign.trigger is Trigger.PRICE_DROP
        for product_id, day in [occasion.split()]
    }
    if not told:
        return set()
    product_ids, days = zip(*{*told.values()}, strict=True)
    falls = [(ProductId(row["product_id"]), row["at"]) for row in await connection.fetch(_FALLS, product_ids, days)]
    cheap = await catalog.find_cheaper_than_before(connection, falls, timedelta(days=LOWEST_OF_DAYS))
    good = {(product_id, fell_at.astimezone(UTC).date()) for product_id, fell_at in cheap}
    return {about for about, fall in told.items() if fall not in good}


def fill_in(campaign: Campaign, subject: Subject | None, utc_offset_h: int) -> Campaign:
    """The message of a flow with what it is about named in it; of a room it leads there, and says when that is in the
    time of the books. What is sent once says what the shop wrote.
    """
    if subject is None or campaign.room_id is not None:
        return campaign
    if subject.room is None:
        return msgspec.structs.replace(campaign, text=name_product(campaign.text, subject.title))
    begins_at = subject.room.planned_at and subject.room.planned_at + timedelta(hours=utc_offset_h)
    text = name_room(campaign.text, subject.title, f"{begins_at:%m-%d %H:%M}" if begins_at else "")
    return msgspec.structs.replace(campaign, text=text, link=f"/rooms/{subject.room.room_id}")
