"""HTTP: how orders travel."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar import post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody
from msgspec import Meta

from xiaodian.contracts.accounts import Scope
from xiaodian.contracts.base import Contract, Input, InvalidInputError, Line, NotFoundError
from xiaodian.contracts.orders import IllegalMoveError, OrderId, TrackingNumberTakenError
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.kit.clock import from_epoch_ms
from xiaodian.modules.orders.models import TrackingEvent, TrackingKind
from xiaodian.modules.orders.service.ship_from_file import RowOutcome, RowResult, ship_from_file
from xiaodian.modules.orders.service.ship_order import ship_order as ship
from xiaodian.modules.orders.service.track_parcel import track_parcel
from xiaodian.modules.orders.shipment_file import MAX_BYTES, read_shipment_file
from xiaodian.modules.orders.wire import OrderView, to_view_of

TAGS = ["orders"]
MAX_UPLOAD_BYTES = MAX_BYTES + 65_536
"""The file and what a form puts around it."""
LAST_MS = 4_102_444_800_000
"""The year 2100."""


class ShipmentInput(Input, frozen=True, kw_only=True):
    """Who carries it, under which number."""

    carrier: Annotated[Line, Meta(min_length=1, max_length=40)]
    tracking_number: Annotated[Line, Meta(min_length=1, max_length=64)]


class TrackingEventInput(Input, frozen=True, kw_only=True):
    """One event on a parcel's way, in the carrier's words."""

    kind: TrackingKind
    at_ms: Annotated[int, Meta(ge=0, le=LAST_MS)]
    place: Annotated[Line, Meta(max_length=100)] = ""
    text: Annotated[Line, Meta(max_length=300)] = ""


class TrackingInput(Input, frozen=True, kw_only=True):
    """Events in any order; those told before may be told again."""

    events: Annotated[list[TrackingEventInput], Meta(min_length=1, max_length=100)]


@dataclass
class ShipmentFileUpload:
    """A multipart form with one file. A dataclass, because Litestar fills no msgspec struct with uploads."""

    file: UploadFile


class ShipmentFileView(Contract, frozen=True, kw_only=True):
    """What became of each row; how many are shipped (or would be), how many refused."""

    rows: list[RowResult]
    shipped: int
    refused: int


@post(
    "/api/orders/{order_id:uuid}/shipment",
    opt=access(Access.MEMBER, Scope.SHIPPING),
    tags=TAGS,
    status_code=200,
    responses=problems(NotFoundError, IllegalMoveError, InvalidInputError, TrackingNumberTakenError),
)
async def ship_order(ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID], data: JSONBody[ShipmentInput]) -> OrderView:
    """Tell that a paid order was handed to a carrier (shop staff).

    The number must look as this carrier prints it, and may be on no parcel of another shop or to another buyer.
    """
    seen = await ship(ctx, caller, OrderId(order_id), data.carrier, data.tracking_number)
    await ctx.broker.poke("outbox")
    return to_view_of(seen)


@post(
    "/api/orders/{order_id:uuid}/tracking",
    opt=access(Access.MEMBER, Scope.SHIPPING),
    tags=TAGS,
    status_code=200,
    responses=problems(NotFoundError, IllegalMoveError, InvalidInputError),
)
async def track_order(ctx: Ctx, caller: SignedIn, order_id: FromPath[UUID], data: JSONBody[TrackingInput]) -> OrderView:
    """Tell what the carrier says of a parcel (shop staff, or a program with a token of scope `orders:shipping`).

    `delivered` moves the order. An event is known by its time and kind: told again it changes nothing.
    """
    events = [
        TrackingEvent(kind=event.kind, happened_at=from_epoch_ms(event.at_ms), place=event.place, text=event.text)
        for event in data.events
    ]
    seen = await track_parcel(ctx, caller, OrderId(order_id), events)
    await ctx.broker.poke("outbox")
    return to_view_of(seen)


@post(
    "/api/shops/{shop_id:uuid}/shipment-files",
    opt=access(Access.MEMBER, Scope.SHIPPING),
    tags=TAGS,
    status_code=200,
    request_max_body_size=MAX_UPLOAD_BYTES,
    responses=problems(NotFoundError, InvalidInputError),
)
async def ship_file(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    data: MultipartBody[ShipmentFileUpload],
    dry_run: FromQuery[bool] = False,
) -> ShipmentFileView:
    """Ship the orders in a table: CSV, in UTF-8 or GBK, at most 1,000 rows.

    Columns 订单号, 快递公司, 运单号 (or number, carrier, tracking_number), in any order, others beside them. A row that
    is refused does not stop the others. With `dry_run` nothing is shipped. The same file again is harmless.
    """
    rows = read_shipment_file(await data.file.read(MAX_BYTES + 1))
    results = await ship_from_file(ctx, caller, ShopId(shop_id), rows, dry_run=dry_run)
    await ctx.broker.poke("outbox")
    refused = sum(result.outcome is RowOutcome.REFUSED for result in results)
    return ShipmentFileView(rows=results, shipped=len(results) - refused, refused=refused)


SHIPPING_ROUTES = [ship_order, track_order, ship_file]
