"""Orders as HTTP shows them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import ProductId, SkuId
from xiaodian.contracts.content import VideoId
from xiaodian.contracts.live import RoomId
from xiaodian.contracts.orders import CheckoutId, Line, Order, OrderId, OrderState
from xiaodian.contracts.payments import Charge, ChargeId, ChargeState, Movement, MovementKind, PayAction
from xiaodian.contracts.shops import ShopId
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.orders.models import ChangeState, Deed, OrderSeen, Role, TrackingEvent, TrackingKind
from xiaodian.modules.orders.rules import OPEN_TO_CHANGE, list_allowed_to, ship_by


class AddressView(Contract, frozen=True, kw_only=True):
    """Where the order goes, as it was when it was placed."""

    recipient: str
    phone: str
    region: str
    detail: str


class TrackingView(Contract, frozen=True, kw_only=True):
    """What the carrier said of the parcel."""

    kind: TrackingKind
    at_ms: int
    place: str
    text: str


class ShipmentView(Contract, frozen=True, kw_only=True):
    """How the order travels; events the first first."""

    carrier: str
    tracking_number: str
    shipped_at_ms: int
    events: list[TrackingView]


class HistoryView(Contract, frozen=True, kw_only=True):
    """When the order came into a state, by whom, and why."""

    state: OrderState
    at_ms: int
    by: Role
    reason: str | None


class LineView(Contract, frozen=True, kw_only=True):
    """What was bought.

    Who sold it is null for the buyer; at what rates (basis points), for everybody who may not see the shop's money.
    """

    line_no: int
    sku_id: SkuId
    product_id: ProductId
    title: str
    sku_name: str
    picture_url: str | None
    quantity: int
    price_minor: int
    amount_minor: int
    off_minor: int
    platform_off_minor: int
    paid_minor: int
    refunded_quantity: int
    refunded_minor: int
    room_id: RoomId | None
    video_id: VideoId | None
    fee_bp: int | None
    commission_bp: int | None
    creator_id: AccountId | None


class AddressChangeView(AddressView, frozen=True, kw_only=True):
    """Where the buyer would rather have it sent, and what the seller said."""

    state: ChangeState
    asked_at_ms: int
    answered_at_ms: int | None
    reason: str | None


class StaffNoteView(Contract, frozen=True, kw_only=True):
    """What somebody of the shop wrote about the order."""

    note_id: UUID
    author_name: str
    text: str
    noted_at_ms: int


class OrderView(Contract, frozen=True, kw_only=True):
    """An order as its buyer or its shop sees it; `allowed` is what the reader may do with it now."""

    order_id: OrderId
    checkout_id: CheckoutId
    number: str
    shop_id: ShopId
    shop_name: str
    state: OrderState
    lines: list[LineView]
    subtotal_minor: int
    off_minor: int
    """The shop's coupon."""
    platform_off_minor: int
    """The platform's coupon."""
    freight_minor: int
    total_minor: int
    refunded_minor: int
    """What went back to the buyer, or is on its way back."""
    currency: str
    address: AddressView
    room_id: RoomId | None
    is_quiet: bool
    note: str
    placed_at_ms: int
    expires_at_ms: int | None
    """Until when it can be paid; null once it need not be."""
    paid_at_ms: int | None
    delivered_at_ms: int | None
    shipment: ShipmentView | None
    history: list[HistoryView]
    allowed: list[Deed]
    address_change: AddressChangeView | None
    """The last change of address that the buyer asked for, as long as it matters."""
    is_held: bool
    """Its money waits for an open after-sale."""
    ship_by_ms: int | None
    """Until when a paid order is to be shipped; null otherwise."""
    tags: list[str]
    """For the shop alone, as are the notes."""
    notes: list[StaffNoteView]


class SalesView(Contract, frozen=True, kw_only=True):
    """What was sold in a room; `sales_minor` is what was paid and not refunded."""

    orders: int
    paid_orders: int
    sales_minor: int
    currency: str


class ChargeView(Contract, frozen=True, kw_only=True):
    """A charge as the buyer's page needs it."""

    charge_id: ChargeId
    provider: str
    method: str
    state: ChargeState
    amount_minor: int
    currency: str
    action: PayAction | None
    """What the page has to do next; null until the provider has opened the charge."""
    order_ids: list[UUID]


class ProviderView(Contract, frozen=True, kw_only=True):
    """Somebody through whom one can pay, and the ways to."""

    provider: str
    methods: list[str]


class PaymentMethodsView(Contract, frozen=True, kw_only=True):
    """Everybody through whom one can pay here."""

    items: list[ProviderView]


class MovementView(Contract, frozen=True, kw_only=True):
    """One movement of a buyer's money."""

    at_ms: int
    kind: MovementKind
    amount_minor: int
    currency: str
    provider: str
    reason: str | None


class MovementOfOrder(MovementView, frozen=True, kw_only=True):
    """The same, and for which order."""

    order_id: OrderId
    number: str
    shop_name: str


class MoneyView(Contract, frozen=True, kw_only=True):
    """Every movement of an order's money, the first first."""

    items: list[MovementView]


def to_view_of(seen: OrderSeen) -> OrderView:
    """An order for the eyes of its buyer or its seller."""
    order, moves = seen.order, seen.moves
    placed_at_ms = to_epoch_ms(order.placed_at)
    history = [HistoryView(state=OrderState.PENDING_PAYMENT, at_ms=placed_at_ms, by=Role.BUYER, reason=None)]
    history += [
        HistoryView(state=move.state, at_ms=to_epoch_ms(move.moved_at), by=move.role, reason=move.reason)
        for move in moves
    ]
    return OrderView(
        order_id=order.order_id,
        checkout_id=order.checkout_id,
        number=order.number,
        shop_id=order.shop_id,
        shop_name=order.shop_name,
        state=order.state,
        lines=[_to_line(line, seen) for line in order.lines],
        subtotal_minor=order.subtotal_minor,
        off_minor=order.off_minor,
        platform_off_minor=order.platform_off_minor,
        freight_minor=order.freight_minor,
        total_minor=order.total_minor,
        refunded_minor=order.refunded_minor,
        currency=order.currency,
        address=AddressView(recipient=order.recipient, phone=order.phone, region=order.region, detail=order.detail),
        room_id=order.room_id,
        is_quiet=order.is_quiet,
        note=order.note,
        placed_at_ms=placed_at_ms,
        expires_at_ms=to_epoch_ms(order.expires_at) if order.state is OrderState.PENDING_PAYMENT else None,
        paid_at_ms=_to_ms(order.paid_at),
        delivered_at_ms=_to_ms(order.delivered_at),
        shipment=_to_shipment(order, seen.events),
        history=history,
        allowed=list_allowed_to(seen),
        address_change=_to_change(seen),
        is_held=order.holds > 0,
        ship_by_ms=_to_ms(ship_by(order)),
        tags=seen.tags,
        notes=[
            StaffNoteView(
                note_id=note.note_id,
                author_name=note.author_name,
                text=note.text,
                noted_at_ms=to_epoch_ms(note.noted_at),
            )
            for note in seen.notes
        ],
    )


def to_view_as_placed(order: Order) -> OrderView:
    """The order as it was answered to the checkout that placed it, whatever became of it since."""
    if order.state is OrderState.PENDING_PAYMENT:
        return to_view_of(_seen_as_placed(order))
    as_placed = msgspec.structs.replace(
        order,
        state=OrderState.PENDING_PAYMENT,
        paid_at=None,
        shipped_at=None,
        delivered_at=None,
        carrier=None,
        tracking_number=None,
        refunded_freight_minor=0,
        lines=[msgspec.structs.replace(line, refunded_quantity=0, refunded_minor=0) for line in order.lines],
    )
    return to_view_of(_seen_as_placed(as_placed))


def _seen_as_placed(order: Order) -> OrderSeen:
    return OrderSeen(order=order, moves=[], events=[], role=Role.BUYER, now=order.placed_at)


def to_charge_view(charge: Charge) -> ChargeView:
    """A charge for the eyes of who pays it."""
    return ChargeView(
        charge_id=charge.charge_id,
        provider=charge.provider,
        method=charge.method,
        state=charge.state,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        action=charge.action,
        order_ids=[part.order_id for part in charge.parts],
    )


def to_movement_view(movement: Movement) -> MovementView:
    """A movement of one order's money."""
    return MovementView(
        at_ms=to_epoch_ms(movement.at),
        kind=movement.kind,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        provider=movement.provider,
        reason=movement.reason,
    )


def to_movement_of_order(order: Order, movement: Movement) -> MovementOfOrder:
    """A movement of money among those of several orders."""
    return MovementOfOrder(
        **msgspec.structs.asdict(to_movement_view(movement)),
        order_id=order.order_id,
        number=order.number,
        shop_name=order.shop_name,
    )


def _to_line(line: Line, seen: OrderSeen) -> LineView:
    sees_money = Scope.FINANCE_READ in seen.rights
    return LineView(
        line_no=line.line_no,
        sku_id=line.sku_id,
        product_id=line.product_id,
        title=line.title,
        sku_name=line.sku_name,
        picture_url=line.picture_url,
        quantity=line.quantity,
        price_minor=line.price_minor,
        amount_minor=line.amount_minor,
        off_minor=line.off_minor,
        platform_off_minor=line.platform_off_minor,
        paid_minor=line.paid_minor,
        refunded_quantity=line.refunded_quantity,
        refunded_minor=line.refunded_minor,
        room_id=line.room_id,
        video_id=line.video_id,
        fee_bp=line.fee_bp if sees_money else None,
        commission_bp=line.commission_bp if sees_money else None,
        creator_id=line.creator_id if seen.role is Role.SELLER else None,
    )


def _to_change(seen: OrderSeen) -> AddressChangeView | None:
    change = seen.change
    is_moot = change is None or change.state is ChangeState.WITHDRAWN
    if change is None or is_moot or (change.state is ChangeState.ASKED and seen.order.state not in OPEN_TO_CHANGE):
        return None
    return AddressChangeView(
        recipient=change.recipient,
        phone=change.phone,
        region=change.region,
        detail=change.detail,
        state=change.state,
        asked_at_ms=to_epoch_ms(change.asked_at),
        answered_at_ms=_to_ms(change.answered_at),
        reason=change.reason,
    )


def _to_shipment(order: Order, events: Sequence[TrackingEvent]) -> ShipmentView | None:
    if order.shipped_at is None or order.carrier is None or order.tracking_number is None:
        return None
    return ShipmentView(
        carrier=order.carrier,
        tracking_number=order.tracking_number,
        shipped_at_ms=to_epoch_ms(order.shipped_at),
        events=[
            TrackingView(kind=event.kind, at_ms=to_epoch_ms(event.happened_at), place=event.place, text=event.text)
            for event in events
        ],
    )


def _to_ms(moment: datetime | None) -> int | None:
    return to_epoch_ms(moment) if moment is not None else None
