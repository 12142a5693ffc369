"""The types of messages that there are: the public catalogue, from which docs/webhooks.md is written."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from xiaodian.contracts.accounts import Scope
from xiaodian.modules.webhooks import payloads
from xiaodian.modules.webhooks.models import SubjectKind

TEST = "endpoint.test"


class MessageType(NamedTuple):
    """A type: what it is about, the right that is needed to be told, and what its `data` is."""

    name: str
    right: Scope
    subject: SubjectKind
    data: type[payloads.Payload]
    meaning: str

    @property
    def area(self) -> str:
        """What stands before the dot."""
        return self.name.partition(".")[0]


class _Group(NamedTuple):
    """Types that have all but name and meaning in common."""

    right: Scope
    subject: SubjectKind
    data: type[payloads.Payload]
    meanings: Mapping[str, str]


def _types(right: Scope, subject: SubjectKind, data: type[payloads.Payload], **meanings: str) -> _Group:
    return _Group(right, subject, data, meanings)


def _area(area: str, *groups: _Group) -> list[MessageType]:
    return [
        MessageType(f"{area}.{name}", group.right, group.subject, group.data, meaning)
        for group in groups
        for name, meaning in group.meanings.items()
    ]


_S, _K = Scope, SubjectKind

CATALOGUE: Mapping[str, MessageType] = {
    one.name: one
    for one in (
        *_area(
            "order",
            _types(
                _S.ORDERS_READ,
                _K.ORDER,
                payloads.OrderData,
                placed="Placed; stock is reserved until it is paid or its time is over.",
                paid="Paid; the money is in escrow, the goods can be sent.",
                shipped="Handed to a carrier.",
                delivered="The carrier gave it to the buyer.",
                completed="The buyer has it and may no longer say otherwise; it will be settled.",
            ),
            _types(
                _S.ORDERS_READ,
                _K.ORDER,
                payloads.OrderCancelledData,
                cancelled="Cancelled by buyer, seller, operator or because it was not paid in time.",
            ),
        ),
        *_area(
            "payment",
            _types(_S.ORDERS_READ, _K.ORDER, payloads.CapturedData, captured="The buyer's money has come."),
            _types(_S.ORDERS_READ, _K.ORDER, payloads.RefundedData, refunded="Money has gone back to the buyer."),
            _types(_S.ORDERS_READ, _K.ORDER, payloads.RefundFailedData, refund_failed="A refund was refused."),
        ),
        *_area(
            "shipment",
            _types(_S.ORDERS_READ, _K.ORDER, payloads.ShipmentData, created="An order has a parcel."),
            _types(_S.ORDERS_READ, _K.ORDER, payloads.TrackingData, tracked="A carrier said something new of it."),
        ),
        *_area(
            "after_sale",
            _types(
                _S.AFTERSALES_READ,
                _K.ORDER,
                payloads.AfterSaleData,
                opened="A buyer wants money or other goods; you must answer until the deadline.",
                requested="Asked again after a refusal or an offer, or sent back to you to negotiate.",
                offered="You offered something else; the buyer must answer until the deadline.",
                refused="You refused.",
                awaiting_return="Agreed; the buyer must send the goods back.",
                returning="The goods are on their way back.",
                awaiting_resend="The goods came back; you must send the exchange.",
                resent="The exchange is on its way.",
                escalated="The operator decides.",
                refunding="The money is on its way back.",
                refunded="The money has gone back.",
                exchanged="The buyer has the exchange.",
                closed="Withdrawn, given up, or ruled for you.",
                updated="Something was added or asked for; the state is what it was.",
            ),
        ),
        *_area(
            "product",
            _types(
                _S.PRODUCTS_READ,
                _K.PRODUCT,
                payloads.ProductData,
                created="A product is new.",
                changed="Its title, pictures, prices or variants changed.",
            ),
            _types(
                _S.PRODUCTS_READ,
                _K.PRODUCT,
                payloads.ProductStateData,
                state_changed="It went on sale, off sale, or elsewhere.",
            ),
            _types(_S.PRODUCTS_READ, _K.PRODUCT, payloads.ProductGoneData, deleted="A draft was deleted."),
        ),
        *_area(
            "stock",
            _types(
                _S.STOCK_READ,
                _K.PRODUCT,
                payloads.StockData,
                changed="What can be bought of a SKU changed; in a rush only the last of each moment is told.",
            ),
        ),
        *_area(
            "room",
            _types(
                _S.ROOMS_READ,
                _K.ROOM,
                payloads.RoomData,
                on_air="A room went on air, or came back.",
                interrupted="Its picture broke off.",
                ended="It is over.",
            ),
            _types(
                _S.ROOMS_READ,
                _K.ROOM,
                payloads.FeaturedData,
                featured="The host holds up a product.",
                unfeatured="The host put it down.",
            ),
            _types(_S.ROOMS_READ, _K.ROOM, payloads.PurchaseData, purchase="Somebody paid, from the room's bag."),
        ),
        *_area(
            "video",
            _types(
                _S.ROOMS_READ,
                _K.VIDEO,
                payloads.VideoData,
                published="A short video can be watched, for the first time or again.",
                changed="Title, topics, cover or products of one that can be watched changed.",
            ),
            _types(
                _S.ROOMS_READ,
                _K.VIDEO,
                payloads.VideoWithdrawnData,
                withdrawn="It can no longer be watched.",
            ),
        ),
        *_area(
            "settlement",
            _types(_S.FINANCE_READ, _K.ORDER, payloads.SettledData, order_settled="A completed order was settled."),
        ),
        *_area(
            "payout",
            _types(
                _S.FINANCE_READ,
                _K.PAYOUT,
                payloads.PayoutData,
                requested="Somebody asked for a payout.",
                rejected="The operator refused it; the money is back in the balance.",
                sent="The bank has paid it.",
                failed="The bank sent it back; the money is back in the balance.",
            ),
        ),
        *_area(
            "endpoint",
            _types(_S.WEBHOOKS_READ, _K.ENDPOINT, payloads.TestData, test="Somebody pressed the button to test."),
        ),
    )
}

AREAS: tuple[str, ...] = tuple(dict.fromkeys(one.area for one in CATALOGUE.values() if one.name != TEST))
CHOOSABLE: frozenset[str] = frozenset(CATALOGUE) - {TEST}


def rights_for(types: Collection[str]) -> set[Scope]:
    """The rights that one needs to be told of these types."""
    return {CATALOGUE[name].right for name in types}


def types_for(rights: Collection[Scope]) -> list[str]:
    """The types that one with these rights may be told of."""
    return [one.name for one in CATALOGUE.values() if one.right in rights]
