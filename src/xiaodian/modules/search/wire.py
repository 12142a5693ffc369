"""What the routes of search give."""

from enum import StrEnum

from xiaodian.contracts.base import Contract
from xiaodian.contracts.catalog import ProductId
from xiaodian.contracts.content import CreatorCard, VideoCard
from xiaodian.contracts.shops import ShopId


class SearchKind(StrEnum):
    """What to look for."""

    ALL = "all"
    PRODUCTS = "products"
    CREATORS = "creators"
    VIDEOS = "videos"
    TOPICS = "topics"


class ProductHit(Contract, frozen=True, kw_only=True):
    """A product that fits; prices are of its variants, before any flash sale."""

    product_id: ProductId
    shop_id: ShopId
    shop_name: str
    title: str
    picture_url: str | None
    price_minor: int
    """The lowest."""
    has_prices: bool
    """Not all variants cost the same."""
    currency: str
    is_available: bool
    external_name: str | None
    """Where it is sold if not here."""


class TopicHit(Contract, frozen=True, kw_only=True):
    """A topic that fits."""

    topic: str
    videos: int


class SearchResults(Contract, frozen=True, kw_only=True):
    """What fits best; of `all`, the first few of each. Only the list of a single kind goes on."""

    products: list[ProductHit]
    creators: list[CreatorCard]
    videos: list[VideoCard]
    topics: list[TopicHit]
    understood: str | None
    """How the question was read, if nothing fitted it as it was."""
    next_cursor: str | None
