"""Surfacing: what happens in a room, and the cues that come of it. The same structs are the lines of a recorded room.

Times are milliseconds from the start of the room. Products are named by text, so that a recording needs no database.
"""

from typing import Annotated

from msgspec import Meta, field

from xiaodian.contracts.base import Contract, DomainError

Moment = Annotated[int, Meta(ge=0, le=31_536_000_000)]
"""Milliseconds from the start of the room, up to a year."""
Count = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
ShortText = Annotated[str, Meta(max_length=200)]
SpokenText = Annotated[str, Meta(max_length=4_000)]
ProductKey = Annotated[str, Meta(min_length=1, max_length=100)]

MAX_BAG_PRODUCTS = 500


class BagProduct(Contract, frozen=True, kw_only=True):
    """A product in the bag, as far as it can be recognised by what is said."""

    product_id: ProductKey = field(name="id")
    number: Annotated[int, Meta(ge=1, le=9_999)]
    title: ShortText
    aliases: Annotated[tuple[ShortText, ...], Meta(max_length=50)] = ()
    skus: Annotated[tuple[ShortText, ...], Meta(max_length=1_000)] = ()
    price_minor: Count | None = None
    stock: int = 1


class Bag(Contract, frozen=True, kw_only=True, tag_field="kind", tag="bag"):
    """What the room sells. Comes first, and again whenever the bag changes."""

    t_ms: Moment = field(name="t", default=0)
    room: ShortText = ""
    lang: Annotated[str, Meta(pattern=r"^(zh|en)(?![a-zA-Z])")] = "zh"
    products: Annotated[tuple[BagProduct, ...], Meta(max_length=MAX_BAG_PRODUCTS)]


class Transcript(Contract, frozen=True, kw_only=True, tag_field="kind", tag="transcript"):
    """What the host said; `t_ms` is when the speech ended."""

    t_ms: Moment = field(name="t")
    text: SpokenText


class Comment(Contract, frozen=True, kw_only=True, tag_field="kind", tag="comment"):
    """What a viewer wrote."""

    t_ms: Moment = field(name="t")
    account: ShortText
    text: SpokenText


class BagClick(Contract, frozen=True, kw_only=True, tag_field="kind", tag="bag_click"):
    """A viewer opened a product."""

    t_ms: Moment = field(name="t")
    account: ShortText
    product_id: ProductKey = field(name="product")


class Purchase(Contract, frozen=True, kw_only=True, tag_field="kind", tag="purchase"):
    """A viewer bought `n` pieces."""

    t_ms: Moment = field(name="t")
    account: ShortText
    product_id: ProductKey = field(name="product")
    n: Count = 1


class Viewers(Contract, frozen=True, kw_only=True, tag_field="kind", tag="viewers"):
    """How many are watching."""

    t_ms: Moment = field(name="t")
    n: Count


class HostCue(Contract, frozen=True, kw_only=True, tag_field="kind", tag="host_cue"):
    """The host featured a product by hand."""

    t_ms: Moment = field(name="t")
    product_id: ProductKey = field(name="product")


class Stock(Contract, frozen=True, kw_only=True, tag_field="kind", tag="stock"):
    """So many pieces are left; none or fewer means sold out."""

    t_ms: Moment = field(name="t")
    product_id: ProductKey = field(name="product")
    n: int


class FlashSale(Contract, frozen=True, kw_only=True, tag_field="kind", tag="flash_sale"):
    """A product costs `price_minor` from now until `until_ms`."""

    t_ms: Moment = field(name="t")
    product_id: ProductKey = field(name="product")
    price_minor: Count | None = None
    until_ms: Moment | None = field(name="until", default=None)


Signal = Bag | Transcript | Comment | BagClick | Purchase | Viewers | HostCue | Stock | FlashSale


class Evidence(Contract, frozen=True, kw_only=True):
    """One thing that spoke for or against a cue; weights are log odds, and add up."""

    code: str
    weight: float


class CueReason(Contract, frozen=True, kw_only=True):
    """Why a cue was made: a code of the message catalogue, area `surfacing`, and what fills its placeholders."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


class Cue(Contract, frozen=True, kw_only=True):
    """A product comes up."""

    t_ms: Moment = field(name="t")
    product_id: ProductKey = field(name="product")
    until_ms: Moment = field(name="until")
    reason: CueReason
    confidence: float
    """Between 0 and 1."""


class MomentsTooCloseError(DomainError):
    """The host keeps the card of `product` at `moment`, which is up at this moment of the replay too."""

    code = "moments_too_close"
    status = 409
