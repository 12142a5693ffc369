"""Cues know who put them up and why; rooms in which the platform decides, what was said there and what was decided."""

from alembic import op

revision = "0130"
down_revision = "0110"

TABLES = (
    # Until when the card is to be shown; null: until somebody takes it down.
    """
    ALTER TABLE live.cue
        ADD COLUMN source text NOT NULL DEFAULT 'host' CHECK (source IN ('host', 'auto', 'suggested')),
        ADD COLUMN reason jsonb,
        ADD COLUMN confidence real CHECK (confidence BETWEEN 0 AND 1),
        ADD COLUMN until_at timestamptz,
        ADD CONSTRAINT cue_of_platform_has_reason
            CHECK ((source = 'host') = (reason IS NULL) AND (reason IS NULL) = (confidence IS NULL))
    """,
    "CREATE INDEX cue_due_idx ON live.cue (until_at) WHERE end_at IS NULL AND until_at IS NOT NULL",
    # When the host last put a card up or took one down by hand: the platform keeps its hands off for a while.
    "ALTER TABLE live.room ADD COLUMN host_cued_at timestamptz",
    # `holder` is the worker whose engine decides in the room, until `held_until` unless it says so again.
    """
    ALTER TABLE surfacing.room_mode
        ADD COLUMN is_on_air boolean NOT NULL DEFAULT false,
        ADD COLUMN holder uuid,
        ADD COLUMN held_until timestamptz NOT NULL DEFAULT '-infinity'
    """,
    "CREATE INDEX room_mode_running ON surfacing.room_mode (room_id) WHERE is_on_air AND mode <> 'manual'",
    """
    CREATE TABLE surfacing.host_mode (
        host_id uuid PRIMARY KEY,
        mode text NOT NULL CHECK (mode IN ('manual', 'suggest', 'auto'))
    )
    """,
    # What was said, as it was heard. `caption_no` grows in the order of commits within a room.
    """
    CREATE TABLE surfacing.caption (
        room_id uuid NOT NULL,
        line_key text NOT NULL,
        caption_no bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        start_at timestamptz NOT NULL,
        end_at timestamptz NOT NULL CHECK (end_at >= start_at),
        text text NOT NULL,
        PRIMARY KEY (room_id, line_key)
    )
    """,
    "CREATE INDEX caption_of_room ON surfacing.caption (room_id, caption_no)",
    "CREATE INDEX caption_by_time ON surfacing.caption (room_id, end_at, caption_no)",
    # What the engine decided, and what became of it; `open` suggestions wait for the host until `expires_at`.
    """
    CREATE TABLE surfacing.decision (
        decision_id uuid PRIMARY KEY,
        room_id uuid NOT NULL,
        product_id uuid NOT NULL,
        start_at timestamptz NOT NULL,
        show_ms integer NOT NULL CHECK (show_ms > 0),
        reason jsonb NOT NULL,
        confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
        made_at timestamptz NOT NULL,
        expires_at timestamptz,
        outcome text NOT NULL CHECK (outcome IN ('shown', 'refused', 'open', 'accepted', 'dismissed', 'replaced'))
    )
    """,
    "CREATE INDEX decision_of_room ON surfacing.decision (room_id, product_id, start_at)",
    "CREATE UNIQUE INDEX decision_open ON surfacing.decision (room_id) WHERE outcome = 'open'",
    # The host does not want to be reminded of this product for a while.
    """
    CREATE TABLE surfacing.quiet (
        room_id uuid NOT NULL,
        product_id uuid NOT NULL,
        until_at timestamptz NOT NULL,
        PRIMARY KEY (room_id, product_id)
    )
    """,
)


def upgrade() -> None:
    """Deepen live and surfacing."""
    for table in TABLES:
        op.execute(table)
