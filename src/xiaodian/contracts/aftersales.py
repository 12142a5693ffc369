"""After-sales: refund only, return and refund, exchange."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import DomainError, Event
from xiaodian.contracts.shops import ShopId

AfterSaleId = NewType("AfterSaleId", UUID)


class AfterSaleKind(StrEnum):
    """What the buyer asks for."""

    REFUND_ONLY = "refund_only"
    RETURN_REFUND = "return_refund"
    EXCHANGE = "exchange"


class AfterSaleReason(StrEnum):
    """Why the buyer asks; it decides who bears the carriage of a return."""

    NOT_WANTED = "not_wanted"
    NOT_RECEIVED = "not_received"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    NOT_AS_DESCRIBED = "not_as_described"
    QUALITY = "quality"
    OTHER = "other"


class AfterSaleState(StrEnum):
    """The table of moves is in modules/aftersales/rules.py."""

    REQUESTED = "requested"
    """The seller must answer until the deadline; silence counts as agreement."""
    OFFERED = "offered"
    """The seller offers something else; the buyer takes it, or what was asked stands as before."""
    REFUSED = "refused"
    """The buyer may ask again once, escalate, or let it rest until the deadline closes it."""
    AWAITING_RETURN = "awaiting_return"
    """Agreed; the buyer must send the goods back until the deadline, or it closes."""
    RETURNING = "returning"
    """The goods are on their way back; the seller must say that they came, silence counts as receipt."""
    AWAITING_RESEND = "awaiting_resend"
    """The goods came back; the seller must send the exchange, or it becomes a refund."""
    RESENT = "resent"
    """The exchange is on its way; the buyer confirms, or the deadline does."""
    ESCALATED = "escalated"
    """The operator decides."""
    REFUNDING = "refunding"
    """The money is on its way back through the payment provider."""
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    CLOSED = "closed"
    """Withdrawn, given up, ruled for the seller, or never sent back."""


OPEN_STATES = frozenset(AfterSaleState) - {
    AfterSaleState.REFUNDED,
    AfterSaleState.EXCHANGED,
    AfterSaleState.CLOSED,
}


class AfterSaleChanged(Event, frozen=True, kw_only=True):
    """An after-sale was opened or came into another state."""

    event_key = "order_id"
    after_sale_id: AfterSaleId
    order_id: UUID
    shop_id: ShopId
    buyer_id: AccountId
    kind: AfterSaleKind
    state: AfterSaleState
    quantity: int
    refund_minor: int
    line_no: int = 0
    reason: AfterSaleReason = AfterSaleReason.OTHER
    deed: str = ""
    """What was done; some deeds leave the state as it was."""


class AfterSaleNotPossibleError(DomainError):
    """This line of this order can have no such after-sale; `reason` says why."""

    code = "after_sale_not_possible"
    status = 409
