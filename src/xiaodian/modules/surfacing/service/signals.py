"""What surfacing says over plain NATS, to be heard now or never; the tables have the truth and are looked at too."""

from uuid import UUID

import msgspec

from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.live import RoomId

MODES = "surfacing.modes"
"""Some room's mode or state changed."""


class Click(msgspec.Struct, frozen=True, array_like=True):
    """A visitor opened a product of the bag."""

    viewer_id: UUID
    product_id: ProductId


decode_click = msgspec.json.Decoder(Click).decode
encode_click = msgspec.json.Encoder().encode


def said(room_id: RoomId) -> str:
    """Something was said in the room."""
    return f"surfacing.said.{room_id}"


def clicked(room_id: RoomId) -> str:
    """Somebody opened a product of the room's bag; a Click."""
    return f"surfacing.clicked.{room_id}"
