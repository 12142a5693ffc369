"""The door of the feed."""

from xiaodian.modules.feed.feed_route import make_feed_route
from xiaodian.modules.feed.service.personal_data import export
from xiaodian.modules.feed.service.read_feed import FeedDesk
from xiaodian.modules.feed.service.rebuild import Rebuilt, rebuild

__all__ = ["FeedDesk", "Rebuilt", "export", "make_feed_route", "rebuild"]
