"""What was tried in a replay is told to its host, who may keep a moment for a product."""

from alembic import op

revision = "0350"
down_revision = "0373"

TABLES = (
    # As surfacing.moment is of videos: in each chapter every viewing draws one of a product's moments by their weights.
    """
    CREATE TABLE surfacing.replay_tried (
        room_id uuid NOT NULL,
        product_id uuid NOT NULL,
        at_ms integer NOT NULL CHECK (at_ms >= 0),
        show_ms integer NOT NULL CHECK (show_ms > 0),
        reason text NOT NULL,
        shown real NOT NULL,
        clicked real NOT NULL,
        ordered real NOT NULL,
        driven_off real NOT NULL,
        weight integer NOT NULL CHECK (weight >= 0),
        PRIMARY KEY (room_id, product_id, at_ms)
    )
    """,
    # The host's choice: in this chapter the product's card comes up there in every viewing.
    """
    CREATE TABLE surfacing.replay_kept (
        room_id uuid NOT NULL,
        product_id uuid NOT NULL,
        chapter integer NOT NULL CHECK (chapter >= 0),
        at_ms integer NOT NULL CHECK (at_ms >= 0),
        show_ms integer NOT NULL CHECK (show_ms > 0),
        reason text NOT NULL,
        PRIMARY KEY (room_id, product_id, chapter)
    )
    """,
    "ALTER TABLE live.replay_moment ADD COLUMN is_kept boolean NOT NULL DEFAULT false",
    # Replays that were weighed before are weighed once more, so that their hosts see what was tried.
    "UPDATE surfacing.replay SET is_stale = true",
)


def upgrade() -> None:
    """Deepen surfacing and live."""
    for table in TABLES:
        op.execute(table)
