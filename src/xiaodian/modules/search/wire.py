"""What the routes of search give."""

from enum import StrEnum

from xiaodian.contracts.bag import BagItem
from xiaodian.contracts.base import Contract
from xiaodian.contracts.content import CreatorCard, VideoCard


class SearchKind(StrEnum):
    """What to look for."""

    ALL = "all"
    PRODUCTS = "products"
    CREATORS = "creators"
    VIDEOS = "videos"
    TOPICS = "topics"


class ProductHit(Contract, frozen=True, kw_only=True):
    """A product that fits, with its prices and stock of now, as it is bought outside of any room."""

    shop_name: str
    item: BagItem


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
