"""The door of content."""

from xiaodian.modules.content.counters import open_counters
from xiaodian.modules.content.fan_queries import count_new_fans, list_new_fans
from xiaodian.modules.content.follow_queries import list_fans_after, list_followed, list_followed_of
from xiaodian.modules.content.infos import VideoFacts, get_video_counts, get_video_facts, get_videos
from xiaodian.modules.content.list_queries import (
    count_topics,
    list_creators_after,
    list_published_after,
    list_topics_after,
)
from xiaodian.modules.content.people_sql import FOLLOWERS, select_follows, select_reactions
from xiaodian.modules.content.previews import make_find_preview
from xiaodian.modules.content.queries import count_fans, is_fan, list_followed_since, list_who_asked
from xiaodian.modules.content.service.follow_creator import follow_creator
from xiaodian.modules.content.service.like_desk import LikeDesk
from xiaodian.modules.content.service.personal_data import export, is_creator
from xiaodian.modules.content.service.read_creator import read_creators
from xiaodian.modules.content.service.read_own import get_own, list_own
from xiaodian.modules.content.service.set_moments import set_moments
from xiaodian.modules.content.service.show_videos import show_cards, show_videos
from xiaodian.modules.content.walk import VideoDeed, list_comments, list_likes, list_video_ids
from xiaodian.modules.content.wire import OwnVideo

__all__ = [
    "FOLLOWERS",
    "LikeDesk",
    "OwnVideo",
    "VideoDeed",
    "VideoFacts",
    "count_fans",
    "count_new_fans",
    "count_topics",
    "export",
    "follow_creator",
    "get_own",
    "get_video_counts",
    "get_video_facts",
    "get_videos",
    "is_creator",
    "is_fan",
    "list_comments",
    "list_creators_after",
    "list_fans_after",
    "list_followed",
    "list_followed_of",
    "list_followed_since",
    "list_likes",
    "list_new_fans",
    "list_own",
    "list_published_after",
    "list_topics_after",
    "list_video_ids",
    "list_who_asked",
    "make_find_preview",
    "open_counters",
    "read_creators",
    "select_follows",
    "select_reactions",
    "set_moments",
    "show_cards",
    "show_videos",
]
