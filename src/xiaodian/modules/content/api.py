"""The door of content."""

from xiaodian.modules.content.counters import open_counters
from xiaodian.modules.content.follow_queries import list_followed, list_followed_of
from xiaodian.modules.content.infos import get_video_counts, get_videos
from xiaodian.modules.content.queries import count_fans, is_fan

__all__ = [
    "count_fans",
    "get_video_counts",
    "get_videos",
    "is_fan",
    "list_followed",
    "list_followed_of",
    "open_counters",
]
