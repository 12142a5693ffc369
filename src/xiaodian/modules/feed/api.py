"""The door of the feed."""

from xiaodian.modules.feed.feed_route import make_feed_route
from xiaodian.modules.feed.service.read_feed import FeedDesk
from xiaodian.modules.feed.service.rebuild import Rebuilt, rebuild

__all__ = ["FeedDesk", "Rebuilt", "make_feed_route", "rebuild"]
