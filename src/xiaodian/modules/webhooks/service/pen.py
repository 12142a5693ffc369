"""What messages are written with: an event, the facts that were looked up for it, and a pen."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec

from xiaodian.contracts.base import Event
from xiaodian.contracts.catalog import Product
from xiaodian.contracts.orders import Order
from xiaodian.contracts.payments import CapturedPart
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.webhooks import payloads
from xiaodian.modules.webhooks.models import Draft, Subject, SubjectKind


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An internal event, decoded, with the id and the time of its envelope."""

    event_id: UUID
    occurred_at: datetime
    event: Event


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What messages say beyond the events: looked up once for a batch."""

    orders: Mapping[UUID, Order]
    captured: Mapping[UUID, Sequence[CapturedPart]]
    products: Mapping[UUID, Product]
    product_states: Mapping[UUID, str]
    """The state that was told last of a product."""
    shops_of_rooms: Mapping[UUID, ShopId]
    shops_of_creators: Mapping[UUID, ShopId]


class Pen:
    """Writes messages of one event; their ids follow from the event's, so that doubles have the same."""

    def __init__(self, one: Told, facts: Facts, states: dict[UUID, str]) -> None:
        self._one = one
        self.facts = facts
        self.states = states

    def write(
        self,
        shop_id: ShopId,
        name: str,
        kind: SubjectKind,
        subject_id: UUID,
        data: payloads.Payload,
        *,
        part: object = "",
        state: str | None = None,
    ) -> Draft:
        return Draft(
            shop_id=shop_id,
            event_id=uuid5(self._one.event_id, f"{name} {shop_id} {part}"),
            type=name,
            subject=Subject(kind=kind, id=subject_id),
            occurred_at=self._one.occurred_at,
            data=data,
            state=state,
        )

    def of_order(self, event: Any, name: str, data: payloads.Payload) -> Draft:
        return self.write(event.shop_id, name, SubjectKind.ORDER, event.order_id, data)
