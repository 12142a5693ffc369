"""What after-sales keep: the after-sale itself, who does what with it, and its history."""

from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.aftersales import AfterSaleId, AfterSaleKind, AfterSaleReason, AfterSaleState
from xiaodian.contracts.orders import OrderId
from xiaodian.contracts.shops import ShopId


class AfterSaleRole(StrEnum):
    """Who does something; also `by` and `waits_for` on the wire."""

    BUYER = "buyer"
    SELLER = "seller"
    OPERATOR = "operator"
    CLOCK = "clock"
    """Nobody: time passed, or the order took the ground away."""
    PROVIDER = "provider"
    """A payment provider, through a verified message."""


class AfterSaleDeed(StrEnum):
    """What can be done with an after-sale; also the names in `allowed` and in the history on the wire."""

    OPEN = "open"
    AGREE = "agree"
    """Also: tell the return address after having agreed by silence."""
    REFUSE = "refuse"
    OFFER = "offer"
    ACCEPT_OFFER = "accept_offer"
    DECLINE_OFFER = "decline_offer"
    REQUEST_AGAIN = "request_again"
    WITHDRAW = "withdraw"
    SHIP_RETURN = "ship_return"
    RECEIVE_RETURN = "receive_return"
    RESEND = "resend"
    RECEIVE_EXCHANGE = "receive_exchange"
    ESCALATE = "escalate"
    ADD_EVIDENCE = "add_evidence"
    RULE_BUYER = "rule_buyer"
    RULE_SELLER = "rule_seller"
    RULE_EVIDENCE = "rule_evidence"
    RULE_NEGOTIATE = "rule_negotiate"
    TIME_OUT = "time_out"
    SHIPPED = "shipped"
    """The seller sent the goods instead of answering: that refuses a refund for goods not sent (habit)."""
    VOID = "void"
    """The order was cancelled and all of its money went back by that."""
    TURN_TO_REFUND = "turn_to_refund"
    """There is nothing to exchange with, or it was never sent: the money goes back instead."""
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_FAILED = "refund_failed"


# Their full names are for the API's document, where those of orders stand beside them.
Role: TypeAlias = AfterSaleRole
Deed: TypeAlias = AfterSaleDeed


class ReturnAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where goods are sent back to."""

    recipient: str
    phone: str
    region: str
    detail: str


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """Goods on their way."""

    carrier: str
    tracking_number: str
    sent_at: datetime


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What the seller would do instead: give back so much, or send another."""

    kind: AfterSaleKind
    refund_minor: int
    """0 for an exchange."""


class AfterSale(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer asks for a line of an order, and how far it has come."""

    shop_id: ShopId
    after_sale_id: AfterSaleId
    order_id: OrderId
    line_no: int
    buyer_id: AccountId
    kind: AfterSaleKind
    """An exchange that cannot be made becomes a return and refund."""
    state: AfterSaleState
    quantity: int
    goods_minor: int
    """What the buyer asks back for the goods; 0 for an exchange."""
    freight_minor: int
    """What the buyer asks back of the order's freight."""
    currency: str
    reason: AfterSaleReason
    description: str
    picture_urls: list[str]
    opened_at: datetime
    deadline_at: datetime | None
    """When the silence of whom it waits for counts as an answer."""
    ended_at: datetime | None = None
    refusals: int = 0
    escalated_from: AfterSaleState | None = None
    """Where it stood when it was escalated, once it was."""
    evidence_wanted: bool = False
    refund_failed: bool = False
    """The payment provider refused to refund; an operator must see to it."""
    return_address: ReturnAddress | None = None
    return_shipment: Parcel | None = None
    received_at: datetime | None = None
    """When what was sent back came, or counted as having come."""
    is_replaced: bool = False
    """Pieces to exchange with were taken from the shelf, and have not been put back."""
    resend_shipment: Parcel | None = None
    offer: Offer | None = None
    """What the seller offered last, as long as it is not answered."""
    offers: int = 0

    @property
    def refund_minor(self) -> int:
        """What the buyer gets back if it comes to that."""
        return self.goods_minor + self.freight_minor


class Doing(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody does something with an after-sale."""

    deed: Deed
    role: Role
    account_id: AccountId | None = None
    note: str | None = None
    picture_urls: list[str] = msgspec.field(default_factory=list)
    return_address: ReturnAddress | None = None
    parcel: Parcel | None = None
    offer: Offer | None = None
    with_freight: bool = False
    """The operator rules that the freight goes back too."""
    is_for_sale: bool = True
    """What came back can be sold again."""


class HistoryEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done."""

    after_sale_id: AfterSaleId
    deed: Deed
    state: AfterSaleState
    """The state that followed."""
    happened_at: datetime
    role: Role
    note: str | None
    picture_urls: list[str]
    offer: Offer | None = None
