"""What the feed knows of videos, and what each viewer likes."""

from alembic import op

revision = "0120"
down_revision = "0140"

TABLES = (
    # What a showing of the video was worth up to now, and its score: the indexes below are the precomputed lists.
    """
    CREATE TABLE feed.video (
        video_id uuid PRIMARY KEY,
        creator_id uuid NOT NULL,
        subjects text[] NOT NULL,
        duration_ms integer NOT NULL,
        published_at timestamptz NOT NULL,
        is_shown boolean NOT NULL,
        is_exploring boolean NOT NULL,
        is_stale boolean NOT NULL,
        seen bigint NOT NULL DEFAULT 0,
        views bigint NOT NULL DEFAULT 0,
        through_percent bigint NOT NULL DEFAULT 0,
        clicks bigint NOT NULL DEFAULT 0,
        likes bigint NOT NULL DEFAULT 0,
        comments bigint NOT NULL DEFAULT 0,
        orders bigint NOT NULL DEFAULT 0,
        dismissals bigint NOT NULL DEFAULT 0,
        score double precision NOT NULL
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX video_best ON feed.video (score DESC, video_id) WHERE is_shown",
    "CREATE INDEX video_of_creator ON feed.video (creator_id, published_at DESC, video_id DESC) WHERE is_shown",
    "CREATE INDEX video_newest ON feed.video (published_at DESC, video_id DESC) WHERE is_shown",
    "CREATE INDEX video_exploring ON feed.video (seen, published_at DESC) WHERE is_shown AND is_exploring",
    "CREATE INDEX video_stale ON feed.video (video_id) WHERE is_stale",
    # A video is in the list of each of its subjects while it is shown.
    """
    CREATE TABLE feed.subject_video (
        video_id uuid NOT NULL,
        subject text NOT NULL,
        score double precision NOT NULL,
        PRIMARY KEY (video_id, subject)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX subject_best ON feed.subject_video (subject, score DESC, video_id)",
    # What one account did with one video, room or product. `deeds`: a bit each, see rules.Deed.
    """
    CREATE TABLE feed.encounter (
        account_id uuid NOT NULL,
        place_id uuid NOT NULL,
        creator_id uuid,
        subjects text[] NOT NULL,
        at timestamptz NOT NULL,
        through_percent smallint NOT NULL CHECK (through_percent BETWEEN 0 AND 100),
        deeds integer NOT NULL,
        PRIMARY KEY (account_id, place_id)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX encounter_at ON feed.encounter USING brin (at)",
    # How much an account likes a subject: strengths that double every half-life, so that a sum never need be touched
    # to let the past fade.
    """
    CREATE TABLE feed.taste (
        account_id uuid NOT NULL,
        subject text NOT NULL,
        weight double precision NOT NULL,
        PRIMARY KEY (account_id, subject) INCLUDE (weight)
    )
    """,
    "CREATE INDEX dismissal_of_video ON feed.dismissal (video_id)",
    "CREATE INDEX dismissal_newest ON feed.dismissal (account_id, dismissed_at DESC)",
)


def upgrade() -> None:
    """Create what the feed keeps."""
    for table in TABLES:
        op.execute(table)
