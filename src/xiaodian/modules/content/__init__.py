"""Content: short videos with their topics, likes, comments and reports; who follows whom; reminders of planned rooms.

Owns the tables of the schema `content`: `video`, `video_move` (its history), `video_topic`, `video_product`,
`video_moment` (when cards come up, as surfacing learned), `video_count`, `video_view` (who watched lately, so that each
counts once), `video_like` (also whether the counter has it), `video_comment`, `mute`, `report`, `room_ruling` (what
operators did about rooms; only added to), `follow`, `fan_count`, `reminder`. Emits VideoPublished, VideoChanged,
VideoWithdrawn, VideoLiked, VideoLikesCounted, VideoCommented, VideoReported, RoomReported, ReactionsRemoved,
CreatorFollowed, CreatorUnfollowed, ReminderCame.
Always holds: only a published video is seen by anybody but its creator and operators; a video's state changes by
`move_video` alone; in its bag is only what its creator may sell; slots of counters sum to what is counted; nobody
follows themself; a deleted video leaves nothing behind.
May import the doors of live, media, promotion, catalog, shops, accounts and risk; must never import orders or above.
"""
