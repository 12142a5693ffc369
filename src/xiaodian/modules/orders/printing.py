"""What is printed of orders: labels for parcels, and slips that lie in them. Pure: orders in, PDF out."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from xiaodian.contracts.orders import Line, Order
from xiaodian.kit.paper import GREY, LOCK, Paper

LABEL_MM = (100.0, 180.0)
SLIP_MM = (210.0, 297.0)
MOST_ORDERS = 500
_EDGE = 6.0
_LABEL_LINES = 8
_SLIP_ROW = 11.0
_SLIP_END = 270.0

Say = Callable[..., str]
"""The text of a key of the area `printing` in the language of the print, its placeholders filled."""


class PrintKind(StrEnum):
    """What is printed: a label of 100 by 180 mm on the parcel, or a slip (A4) in it."""

    LABEL = "label"
    SLIP = "slip"


def print_orders(kind: PrintKind, orders: Sequence[Order], say: Say, utc_offset_h: int) -> bytes:
    """One file with all of them, in order."""
    with LOCK:
        paper = Paper(*(LABEL_MM if kind is PrintKind.LABEL else SLIP_MM))
        for number, order in enumerate(orders, 1):
            if kind is PrintKind.LABEL:
                _label(paper, order, say, f"{number}/{len(orders)}")
            else:
                _slip(paper, order, say, utc_offset_h)
        return paper.to_bytes()


def _label(paper: Paper, order: Order, say: Say, place: str) -> None:
    paper.turn()
    right = paper.width_mm - _EDGE
    width = right - _EDGE
    paper.text(_EDGE, 5, order.shop_name, size=11, width=width - 24)
    paper.text(right, 5, place, size=9, colour=GREY, right=True)
    scanned = order.tracking_number or order.number
    paper.code128(_EDGE + 4, 14, scanned, width=width - 8, height=17)
    paper.text(_EDGE + 4, 31.5, " ".join(filter(None, (order.carrier, scanned))), size=11, width=width - 8)
    paper.line(40, left=_EDGE, right=right)
    paper.text(_EDGE, 41, say("to"), size=8, colour=GREY)
    y = paper.text(_EDGE, 45, f"{order.recipient}  {order.phone}", size=16, width=width, most=2)
    y = paper.text(_EDGE, y + 1, order.region, size=13, width=width, most=2)
    y = paper.text(_EDGE, y + 0.5, order.detail, size=13, width=width, most=4)
    y = max(y + 3, 88)
    paper.line(y, left=_EDGE, right=right)
    y = paper.text(_EDGE, y + 1, say("goods", count=_pieces(order)), size=8, colour=GREY)
    for line in order.lines[:_LABEL_LINES]:
        y = paper.text(_EDGE, y + 0.5, _goods(line), size=9, width=width, most=1)
    if len(order.lines) > _LABEL_LINES:
        y = paper.text(_EDGE, y + 0.5, say("more_goods", count=len(order.lines) - _LABEL_LINES), size=9, colour=GREY)
    if order.note:
        y = paper.text(_EDGE, y + 2, say("note", text=order.note), size=10, width=width, most=3)
    paper.line(149, left=_EDGE, right=right)
    paper.text(_EDGE, 152, say("order_number"), size=8, colour=GREY)
    paper.text(_EDGE, 156, order.number, size=16)
    paper.code128(_EDGE, 165, order.number, width=52, height=9)
    paper.qr(right - 24, 151.5, order.number, width=24)


def _slip(paper: Paper, order: Order, say: Say, utc_offset_h: int) -> None:
    y = _slip_head(paper, order, say, utc_offset_h)
    for line in order.lines:
        if y + _SLIP_ROW > _SLIP_END:
            y = _slip_head(paper, order, say, utc_offset_h)
        paper.text(18, y + 2, line.title, size=10, width=92)
        paper.text(114, y + 2, line.sku_name, size=10, width=48)
        paper.text(192, y + 2, str(line.left_quantity), size=11, right=True)
        y += _SLIP_ROW
        paper.line(y, left=18, right=192, width_pt=0.3)
    paper.text(192, y + 3, say("pieces", count=_pieces(order)), size=11, right=True)
    if order.note:
        y = paper.text(18, y + 3, say("note", text=order.note), size=10, width=130, most=3)
    paper.text(18, 280, say("thanks", shop=order.shop_name), size=9, width=174, colour=GREY)


def _slip_head(paper: Paper, order: Order, say: Say, utc_offset_h: int) -> float:
    """The head of a page, and of the table; answers where the rows begin."""
    paper.turn()
    paper.text(18, 14, order.shop_name, size=18, width=100)
    paper.text(18, 24, say("slip"), size=11, colour=GREY)
    paper.code128(120, 15, order.number, width=48, height=12)
    paper.text(120, 28, order.number, size=11)
    paper.qr(172, 14, order.number, width=20)
    paper.line(40, left=18, right=192)
    paper.text(18, 42, say("to"), size=8, colour=GREY)
    y = paper.text(18, 46, f"{order.recipient}  {order.phone}", size=12, width=110, most=2)
    y = paper.text(18, y + 0.5, f"{order.region} {order.detail}", size=11, width=110, most=3)
    paper.text(136, 42, say("placed"), size=8, colour=GREY)
    paper.text(136, 46, _local(order.placed_at, utc_offset_h), size=11)
    if order.tracking_number:
        paper.text(136, 54, order.carrier or "", size=10, width=56)
        paper.text(136, 59, order.tracking_number, size=10, width=56)
    y = max(y + 4, 70)
    for x, key, is_right in ((18.0, "title", False), (114.0, "sku", False), (192.0, "quantity", True)):
        paper.text(x, y, say(key), size=8, colour=GREY, right=is_right)
    paper.line(y + 6, left=18, right=192)
    return y + 6


def _pieces(order: Order) -> int:
    return sum(line.left_quantity for line in order.lines)


def _goods(line: Line) -> str:
    return f"×{line.left_quantity}  {line.title} {line.sku_name}".rstrip()


def _local(moment: datetime, utc_offset_h: int) -> str:
    return moment.astimezone(timezone(timedelta(hours=utc_offset_h))).strftime("%Y-%m-%d %H:%M")
