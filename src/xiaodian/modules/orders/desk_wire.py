"""What the shop's desk says and is told."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.base import Contract, Input, Line, Text
from xiaodian.contracts.orders import OrderState
from xiaodian.modules.orders.models import SavedFilter
from xiaodian.modules.orders.order_filter import OrderFilter
from xiaodian.modules.orders.printing import PrintKind

MOST_PRINTED_AT_ONCE = 100


class OrderCounts(Contract, frozen=True, kw_only=True):
    """How many orders there are of each state; `most` means so many or more."""

    counts: dict[OrderState, int]
    most: int


class TagList(Contract, frozen=True, kw_only=True):
    """The tags that a shop uses, by the alphabet."""

    items: list[str]


class NoteInput(Input, frozen=True, kw_only=True):
    """What to remember about an order."""

    text: Annotated[Text, Meta(min_length=1, max_length=500)]


class TagsInput(Input, frozen=True, kw_only=True):
    """All tags that the order shall have."""

    tags: Annotated[list[Annotated[Line, Meta(min_length=1, max_length=20)]], Meta(max_length=10)]


class PrintInput(Input, frozen=True, kw_only=True):
    """What is printed of which orders, in this order. For more orders there is the bulk job `order_print`."""

    kind: PrintKind
    order_ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_PRINTED_AT_ONCE)]


class FilterInput(Input, frozen=True, kw_only=True):
    """A filter to be kept under a name; shared with all of the shop's staff, or one's own."""

    name: Annotated[Line, Meta(min_length=1, max_length=40)]
    filter: OrderFilter
    is_shared: bool = False


class SavedFilterView(Contract, frozen=True, kw_only=True):
    """A filter that was kept; only its owner may change it."""

    filter_id: UUID
    name: str
    filter: OrderFilter
    is_shared: bool
    is_own: bool


class FilterList(Contract, frozen=True, kw_only=True):
    """One's own filters and those that others share, by name."""

    items: list[SavedFilterView]


class NewAddressInput(Input, frozen=True, kw_only=True):
    """Where the buyer would rather have the order sent."""

    recipient: Annotated[Line, Meta(min_length=1, max_length=100)]
    phone: Annotated[Line, Meta(min_length=1, max_length=40)]
    region: Annotated[Line, Meta(min_length=1, max_length=200)]
    detail: Annotated[Line, Meta(min_length=1, max_length=400)]


class ChangeAnswerInput(Input, frozen=True, kw_only=True):
    """The seller agrees, or says why not."""

    accepts: bool
    reason: Annotated[Line, Meta(max_length=200)] | None = None


def to_filter_view(saved: SavedFilter, wanted: OrderFilter, account_id: UUID) -> SavedFilterView:
    """A saved filter for the eyes of this account."""
    return SavedFilterView(
        filter_id=saved.filter_id,
        name=saved.name,
        filter=wanted,
        is_shared=saved.is_shared,
        is_own=saved.account_id == account_id,
    )
