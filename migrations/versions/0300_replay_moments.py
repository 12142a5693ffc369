"""Cards in replays are learned as those in short videos are: what is counted is of a film, a video or a replay."""

from alembic import op

revision = "0300"
down_revision = "0340"

COUNTED = ("viewing", "moment_count", "quiet_second")

TABLES = (
    # Rooms that are over; `read_at`: when it was last looked up where their host spoke of what, and what viewers did.
    """
    CREATE TABLE surfacing.replay (
        room_id uuid PRIMARY KEY,
        is_stale boolean NOT NULL DEFAULT true,
        weighed_at timestamptz NOT NULL DEFAULT '-infinity',
        read_at timestamptz NOT NULL DEFAULT '-infinity'
    )
    """,
    "CREATE INDEX replay_stale ON surfacing.replay (weighed_at) WHERE is_stale",
    # What speaks for a moment of a replay, in ms from when the room went on air.
    """
    CREATE TABLE surfacing.replay_sign (
        room_id uuid NOT NULL,
        product_id uuid NOT NULL,
        at_ms integer NOT NULL CHECK (at_ms >= 0),
        why text NOT NULL,
        PRIMARY KEY (room_id, product_id, at_ms)
    )
    """,
    # In each chapter of a replay every viewing draws one of a product's moments by their weights of 10,000, or none.
    """
    CREATE TABLE live.replay_moment (
        room_id uuid NOT NULL,
        product_id uuid NOT NULL,
        chapter integer NOT NULL CHECK (chapter >= 0),
        at timestamptz NOT NULL,
        show_ms integer NOT NULL CHECK (show_ms > 0),
        weight integer NOT NULL CHECK (weight >= 0),
        reason text NOT NULL,
        PRIMARY KEY (room_id, product_id, at)
    )
    """,
)


def upgrade() -> None:
    """Deepen surfacing and live."""
    for table in COUNTED:
        op.execute(f"ALTER TABLE surfacing.{table} RENAME COLUMN video_id TO film_id")
    for table in TABLES:
        op.execute(table)
