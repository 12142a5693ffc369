"""A deep backlog reaches whoever counts it in the portions that it is cheap to count in, and whole."""

import msgspec

from xiaodian.contracts.base import Envelope
from xiaodian.infra.worker import in_portions
from xiaodian.kit.ids import new_id
from xiaodian.modules.fans.handlers import ORDERS_AT_ONCE


def test_a_backlog_is_handed_over_in_its_order_and_as_many_events_at_once_as_asked_for() -> None:
    heard = [
        Envelope(event_id=new_id(), type="OrderPaid", occurred_at_ms=number, key="", data=msgspec.Raw(b"{}"))
        for number in range(2 * ORDERS_AT_ONCE + 1)
    ]
    portions = list(in_portions(heard, ORDERS_AT_ONCE))
    assert [len(portion) for portion in portions] == [ORDERS_AT_ONCE, ORDERS_AT_ONCE, 1]
    assert [envelope for portion in portions for envelope in portion] == heard
