"""Pure decisions about parcels: what a carrier's numbers look like, what a tracking event may say."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.orders import Order, TrackingNumberTakenError
from xiaodian.modules.orders.models import Parcel, TrackingEvent

MAX_EVENTS = 200
"""Most tracking events of one order."""
NUMBER_RESTS = timedelta(days=180)
"""Carriers use a number again after some time; until then it belongs to one parcel."""
CLOCK_SKEW = timedelta(minutes=15)
"""How far the carrier's clock may be ahead of ours."""

_CARRIER_MAX_CHARS = 40
_ANY_NUMBER = re.compile(r"[A-Z0-9-]{6,32}")
_EXCEL_TEXT = re.compile(r'="(.*)"')


class Carrier(NamedTuple):
    """A usual carrier: how its name begins, and what its numbers look like."""

    names: Sequence[str]
    number: re.Pattern[str]


# As the carriers print them, and as the trade's own tools check them; wide enough for older series.
CARRIERS = (
    Carrier(("顺丰", "sf", "shunfeng"), re.compile(r"SF\d{10,15}|\d{12}")),
    Carrier(("中通", "zto", "zhongtong"), re.compile(r"(ZTO)?\d{12,15}")),
    Carrier(("圆通", "yto", "yuantong"), re.compile(r"YT\d{12,15}|[A-Z]?\d{10,13}")),
    Carrier(("韵达", "yunda"), re.compile(r"(YD)?(\d{13}|\d{15})")),
    Carrier(("申通", "sto", "shentong"), re.compile(r"(STO)?\d{12,15}")),
    Carrier(("京东", "jd", "jingdong"), re.compile(r"(JD|V[A-C])[A-Z0-9]{8,18}(-\d{1,3}){0,2}-?|\d{10,13}")),
    Carrier(("ems", "中国邮政", "邮政"), re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}|\d{13}")),
)


def read_shipment(carrier: str, tracking_number: str) -> Parcel:
    """Carrier and number as they are kept. Raises InvalidInputError if no carrier, or not this one, prints that."""
    name, number = clean_cell(carrier), clean_cell(tracking_number).upper()
    if not 1 <= len(name) <= _CARRIER_MAX_CHARS:
        raise InvalidInputError(field="carrier", reason="bad_length")
    if not name.isprintable():
        raise InvalidInputError(field="carrier", reason="bad_character")
    if not _ANY_NUMBER.fullmatch(number):
        raise InvalidInputError(field="tracking_number", reason="bad_tracking_number")
    known = find_carrier(name)
    if known is not None and not known.number.fullmatch(number):
        raise InvalidInputError(field="tracking_number", reason="not_of_carrier", carrier=name)
    return Parcel(carrier=name, tracking_number=number)


def find_carrier(name: str) -> Carrier | None:
    """The usual carrier of this name, however its company is called after it (`顺丰速运`)."""
    plain = re.sub(r"\s", "", name).lower()
    return next((carrier for carrier in CARRIERS if plain.startswith(tuple(carrier.names))), None)


def clean_cell(text: str) -> str:
    """What a person wrote into a field or a table's cell, without what spreadsheets put around numbers."""
    text = text.strip().strip("\ufeff")
    if wrapped := _EXCEL_TEXT.fullmatch(text):
        text = wrapped[1]
    return text.lstrip("'").strip()


def check_not_taken(order: Order, others: Sequence[Order]) -> None:
    """Raises TrackingNumberTakenError if other orders with the same number are of another shop or another buyer.

    Several orders of one buyer may travel in one parcel.
    """
    for other in others:
        if other.order_id == order.order_id:
            continue
        if other.shop_id != order.shop_id:
            raise TrackingNumberTakenError(field="tracking_number", reason="other_shop")
        if other.buyer_id != order.buyer_id:
            raise TrackingNumberTakenError(field="tracking_number", reason="other_buyer")


def check_events(order: Order, events: Sequence[TrackingEvent], now: datetime) -> None:
    """Raises InvalidInputError if an event is of the future, or of before the order was paid."""
    for number, event in enumerate(events):
        if event.happened_at > now + CLOCK_SKEW:
            raise InvalidInputError(field=f"events[{number}].at_ms", reason="in_the_future")
        if order.paid_at is not None and event.happened_at < order.paid_at - CLOCK_SKEW:
            raise InvalidInputError(field=f"events[{number}].at_ms", reason="before_payment")
