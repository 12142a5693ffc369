"""Short videos, their topics and products; what visitors do on them."""

from alembic import op

revision = "0100"
down_revision = "0087"

TABLES = (
    """
    CREATE TABLE content.video (
        video_id uuid PRIMARY KEY,
        creator_id uuid NOT NULL,
        vod_id uuid NOT NULL UNIQUE,
        state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'hidden', 'taken_down')),
        title text NOT NULL DEFAULT '',
        topics text[] NOT NULL DEFAULT '{}',
        cover_url text,
        width integer,
        height integer,
        duration_ms integer,
        source_room_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz,
        CONSTRAINT video_published_is_whole CHECK (
            state <> 'published' OR (published_at IS NOT NULL AND duration_ms > 0 AND cover_url IS NOT NULL)
        )
    )
    """,
    "CREATE INDEX video_of_creator ON content.video (creator_id, published_at DESC, video_id DESC)",
    """
    CREATE TABLE content.video_topic (
        topic text NOT NULL,
        video_id uuid NOT NULL REFERENCES content.video ON DELETE CASCADE,
        published_at timestamptz NOT NULL,
        PRIMARY KEY (topic, published_at, video_id)
    )
    """,
    # The video's bag; `at_ms` is the moment that the creator suggests for the card, null: the platform finds one.
    """
    CREATE TABLE content.video_product (
        video_id uuid NOT NULL REFERENCES content.video ON DELETE CASCADE,
        number integer NOT NULL CHECK (number > 0),
        product_id uuid NOT NULL,
        at_ms integer CHECK (at_ms >= 0),
        show_ms integer CHECK (show_ms > 0),
        PRIMARY KEY (video_id, number),
        UNIQUE (video_id, product_id)
    )
    """,
    "CREATE INDEX video_product_idx ON content.video_product (product_id, video_id)",
    "CREATE SCHEMA surfacing",
    # Who decides in a room what comes up: `manual` (the host alone), `suggest` (the host is asked), `auto`.
    """
    CREATE TABLE surfacing.room_mode (
        room_id uuid PRIMARY KEY,
        mode text NOT NULL CHECK (mode IN ('manual', 'suggest', 'auto')),
        set_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE SCHEMA feed",
    # Videos that a viewer does not want to see the like of.
    """
    CREATE TABLE feed.dismissal (
        account_id uuid NOT NULL,
        video_id uuid NOT NULL,
        creator_id uuid NOT NULL,
        dismissed_at timestamptz NOT NULL,
        PRIMARY KEY (account_id, video_id)
    )
    """,
)


def upgrade() -> None:
    """Deepen content; what visitors do is about a room or about a video."""
    for table in TABLES:
        op.execute(table)
    op.execute("ALTER TABLE insights.behaviour ALTER COLUMN room_id DROP NOT NULL")
    op.execute("ALTER TABLE insights.behaviour ADD COLUMN video_id uuid")
    op.execute("ALTER TABLE insights.behaviour ADD COLUMN media_at_ms integer")
    op.execute("ALTER TABLE insights.behaviour ADD CONSTRAINT has_a_place CHECK (num_nonnulls(room_id, video_id) = 1)")
