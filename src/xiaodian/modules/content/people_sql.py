"""What people said, liked and follow, as statements for who adds it up: a loop over people would cost several times as
much.

Columns stand in the order in which they are named here.
"""


def select_reactions(where: str) -> str:
    """What each account said and liked under each video, less what was taken away: video_id, account_id, comments,
    likes, first_at, last_at. `where` names video_id and account_id.
    """
    return f"""
        SELECT video_id, account_id, sum(said)::integer AS comments, sum(liked)::integer AS likes, min(at) AS first_at,
            max(at) AS last_at
        FROM (
            SELECT video_id, account_id, 1 AS said, 0 AS liked, uuid_extract_timestamp(comment_id) AS at
            FROM content.video_comment
            UNION ALL SELECT video_id, account_id, 0, 1, liked_at FROM content.video_like WHERE is_liked
        ) AS reaction WHERE {where} GROUP BY 1, 2
    """


def select_follows(where: str) -> str:
    """Who follows whom since when: creator_id, fan_id, since; `where` names them."""
    return f"SELECT creator_id, fan_id, since FROM content.follow WHERE {where}"


FOLLOWERS = "SELECT fan_id FROM content.follow"
"""Everybody who follows anybody."""
