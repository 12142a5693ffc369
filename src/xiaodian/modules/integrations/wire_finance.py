"""The shop itself, its customers and its money, as the open API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.payments import RefundState

AmountMinor = Annotated[int, Meta(ge=1, le=10**13)]


class Shop(Contract, frozen=True, kw_only=True):
    """The shop that the token is bound to."""

    id: UUID
    name: str
    is_open: bool
    """A closed shop takes no orders."""


class ShopEdit(Input, frozen=True, kw_only=True):
    """What shall change of the shop; what is left out stays."""

    name: Annotated[Line, Meta(min_length=2, max_length=30)] | UnsetType = UNSET
    is_open: bool | UnsetType = UNSET


class Customer(Contract, frozen=True, kw_only=True):
    """Somebody who has bought in the shop."""

    id: UUID
    name: str
    """Masked."""
    orders: int
    """Paid and not cancelled."""
    spent_minor: int
    """What these orders cost, before refunds."""
    currency: str
    first_order_at: datetime
    last_order_at: datetime


class CustomerPage(Contract, frozen=True, kw_only=True):
    """A page of customers, who bought last first."""

    items: list[Customer]
    next_cursor: str | None


class Refund(Contract, frozen=True, kw_only=True):
    """Money on its way back to a buyer, or there already."""

    id: UUID
    order_id: UUID
    amount_minor: int
    currency: str
    reason: str
    """A code: `cancelled`, `after_sale`, `seller`, `late_payment`."""
    state: RefundState
    requested_at: datetime
    settled_at: datetime | None


class RefundPage(Contract, frozen=True, kw_only=True):
    """A page of refunds, the newest first."""

    items: list[Refund]
    next_cursor: str | None


class LineRefund(Input, frozen=True, kw_only=True):
    """What goes back for one line."""

    line_no: Annotated[int, Meta(ge=0, le=1000)]
    amount_minor: AmountMinor


class NewRefund(Input, frozen=True, kw_only=True):
    """Money that the seller gives back without goods coming back: for lines, for the freight, or both."""

    lines: Annotated[list[LineRefund], Meta(max_length=50)] = msgspec.field(default_factory=list)
    freight_minor: Annotated[int, Meta(ge=0, le=10**13)] = 0


class Balance(Contract, frozen=True, kw_only=True):
    """The shop's money."""

    available_minor: int
    pending_minor: int
    """What its orders under way will bring after fee, commission and service."""
    deposit_minor: int
    in_payout_minor: int
    paid_minor: int
    currency: str


class Settlement(Contract, frozen=True, kw_only=True):
    """How the money of a paid order was, or will be, split."""

    order_id: UUID
    number: str
    state: str
    """`pending`, `held` (an after-sale is open) or `settled`."""
    due_at: datetime | None
    settled_at: datetime | None
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    commission_minor: int
    service_minor: int
    fee_minor: int
    shop_minor: int
    """What the shop gets."""
    currency: str


class SettlementPage(Contract, frozen=True, kw_only=True):
    """A page of settlements, the newest first."""

    items: list[Settlement]
    next_cursor: str | None


class StatementLine(Contract, frozen=True, kw_only=True):
    """One movement of the shop's balance; of a settlement, how it came about."""

    kind: str
    at: datetime
    order_id: UUID | None
    number: str | None
    goods_minor: int
    freight_minor: int
    refunded_minor: int
    commission_minor: int
    service_minor: int
    fee_minor: int
    amount_minor: int
    """What it brought to the balance."""


class Statement(Contract, frozen=True, kw_only=True):
    """A day or a month: balance at its beginning and end, and a page of the movements between, the first first."""

    period: str
    currency: str
    opening_minor: int
    closing_minor: int
    by_kind: dict[str, int]
    """What each kind of movement brought; together closing less opening."""
    items: list[StatementLine]
    next_cursor: str | None
