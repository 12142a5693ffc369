"""`POST /api/checkout` as a hot route (see edge/hot.py and docs/decisions)."""

import msgspec

from xiaodian.edge.access import require_member
from xiaodian.edge.hot import HotAnswer, HotConnection, HotRoute, decode_body, read_idempotency_key
from xiaodian.edge.request import JSON
from xiaodian.modules.orders.checkout_wire import to_checkout_view
from xiaodian.modules.orders.service.checkout_input import CheckoutInput
from xiaodian.modules.orders.service.desk import OrderDesk

_decode = msgspec.json.Decoder(CheckoutInput).decode
_encode = msgspec.json.Encoder().encode


def make_checkout(desk: OrderDesk) -> HotRoute:
    """The handler that places orders at this desk."""

    async def _checkout(connection: HotConnection, body: bytes) -> HotAnswer:
        caller = await require_member(connection)
        key = read_idempotency_key(connection)
        orders = await desk.place(caller, key, decode_body(_decode, body))
        return 201, _encode(to_checkout_view(orders)), JSON

    return HotRoute(_checkout, "/api/checkout")
