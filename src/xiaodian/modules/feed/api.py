"""The door of the feed."""

from xiaodian.modules.feed.service.read_feed import FeedDesk

__all__ = ["FeedDesk"]
