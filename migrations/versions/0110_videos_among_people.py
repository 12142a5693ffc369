"""What people do with short videos: like, comment, watch, report; their states' history; notices and reminders."""

from alembic import op

revision = "0110"
down_revision = "0121"

TABLES = (
    # Also says where a video came from that was taken down, so that it can go back there.
    """
    CREATE TABLE content.video_move (
        video_id uuid NOT NULL REFERENCES content.video ON DELETE CASCADE,
        moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        from_state text NOT NULL,
        to_state text NOT NULL,
        account_id uuid NOT NULL,
        reason text,
        PRIMARY KEY (video_id, moved_at)
    )
    """,
    # A video's counters are in slots, so that a crowd does not queue for one row.
    """
    CREATE TABLE content.video_count (
        video_id uuid NOT NULL,
        slot smallint NOT NULL,
        views bigint NOT NULL DEFAULT 0 CHECK (views >= 0),
        likes bigint NOT NULL DEFAULT 0 CHECK (likes >= 0),
        comments bigint NOT NULL DEFAULT 0 CHECK (comments >= 0),
        shares bigint NOT NULL DEFAULT 0 CHECK (shares >= 0),
        PRIMARY KEY (video_id, slot)
    ) WITH (fillfactor = 50)
    """,
    # Who watched in which hour, kept as long as word of it may still come: a view counts once an hour.
    """
    CREATE TABLE content.video_view (
        hour timestamptz NOT NULL,
        video_id uuid NOT NULL,
        viewer_id uuid NOT NULL,
        PRIMARY KEY (hour, video_id, viewer_id)
    )
    """,
    """
    CREATE TABLE content.video_like (
        video_id uuid NOT NULL REFERENCES content.video ON DELETE CASCADE,
        account_id uuid NOT NULL,
        liked_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (video_id, account_id)
    )
    """,
    """
    CREATE TABLE content.video_comment (
        comment_id uuid PRIMARY KEY,
        video_id uuid NOT NULL REFERENCES content.video ON DELETE CASCADE,
        account_id uuid NOT NULL,
        text text NOT NULL
    )
    """,
    "CREATE INDEX video_comment_idx ON content.video_comment (video_id, comment_id DESC)",
    "CREATE INDEX video_comment_author_idx ON content.video_comment (account_id, comment_id)",
    # Who may not comment on any video of this creator.
    """
    CREATE TABLE content.mute (
        creator_id uuid NOT NULL,
        account_id uuid NOT NULL,
        muted_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (creator_id, account_id)
    )
    """,
    """
    CREATE TABLE content.report (
        report_id uuid PRIMARY KEY,
        video_id uuid NOT NULL REFERENCES content.video ON DELETE CASCADE,
        comment_id uuid REFERENCES content.video_comment ON DELETE CASCADE,
        account_id uuid NOT NULL,
        reason text NOT NULL,
        note text NOT NULL DEFAULT '',
        decided_at timestamptz,
        decided_by uuid,
        decision text CHECK (decision IN ('taken_down', 'comment_removed', 'dismissed')),
        CONSTRAINT report_is_decided_whole CHECK (num_nulls(decided_at, decided_by, decision) IN (0, 3)),
        CONSTRAINT report_once UNIQUE NULLS NOT DISTINCT (video_id, account_id, comment_id)
    )
    """,
    "CREATE INDEX report_open_idx ON content.report (report_id) WHERE decided_at IS NULL",
    "CREATE INDEX report_comment_idx ON content.report (comment_id) WHERE comment_id IS NOT NULL",
    # Moments that surfacing found for products whose moment their creator left open, with how often to try each.
    """
    CREATE TABLE content.video_moment (
        video_id uuid NOT NULL REFERENCES content.video ON DELETE CASCADE,
        product_id uuid NOT NULL,
        at_ms integer NOT NULL CHECK (at_ms >= 0),
        show_ms integer NOT NULL CHECK (show_ms > 0),
        weight integer NOT NULL CHECK (weight > 0),
        reason text NOT NULL,
        PRIMARY KEY (video_id, product_id, at_ms)
    )
    """,
    """
    CREATE TABLE content.reminder (
        room_id uuid NOT NULL,
        account_id uuid NOT NULL,
        set_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (room_id, account_id)
    )
    """,
    "CREATE INDEX reminder_account_idx ON content.reminder (account_id)",
    """
    CREATE TABLE accounts.notice (
        notice_id uuid PRIMARY KEY,
        account_id uuid NOT NULL REFERENCES accounts.account ON DELETE CASCADE,
        kind text NOT NULL,
        params jsonb NOT NULL,
        link text NOT NULL,
        read_at timestamptz
    )
    """,
    "CREATE INDEX notice_account_idx ON accounts.notice (account_id, notice_id DESC)",
    "CREATE INDEX notice_unread_idx ON accounts.notice (account_id) WHERE read_at IS NULL",
)


def upgrade() -> None:
    """Beside the tables, a room may say when it is planned to begin."""
    for table in TABLES:
        op.execute(table)
    op.execute("ALTER TABLE content.video ADD COLUMN taken_down_reason text")
    op.execute("CREATE INDEX video_of_owner ON content.video (creator_id, video_id DESC)")
    op.execute("ALTER TABLE live.room ADD COLUMN planned_at timestamptz")
