"""Tables of the module live."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA live")
    op.execute("""
        CREATE TABLE live.room (
            room_id uuid PRIMARY KEY,
            host_id uuid NOT NULL,
            shop_id uuid,
            stream_id uuid NOT NULL UNIQUE,
            title text NOT NULL CHECK (title <> ''),
            cover_url text,
            state text NOT NULL CHECK (state IN ('planned', 'on_air', 'interrupted', 'ended')),
            created_at timestamptz NOT NULL DEFAULT now(),
            started_at timestamptz,
            ended_at timestamptz,
            pinned_comment_id uuid,
            pinned_account_id uuid,
            online integer NOT NULL DEFAULT 0 CHECK (online >= 0),
            online_at timestamptz,
            CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
            CHECK (state NOT IN ('on_air', 'interrupted') OR started_at IS NOT NULL),
            CHECK ((pinned_comment_id IS NULL) = (pinned_account_id IS NULL))
        )
    """)
    op.execute("CREATE INDEX room_host_idx ON live.room (host_id, room_id DESC)")
    op.execute("CREATE INDEX room_state_idx ON live.room (state, room_id DESC)")
    op.execute("""
        CREATE TABLE live.bag_item (
            room_id uuid NOT NULL REFERENCES live.room,
            number integer NOT NULL CHECK (number > 0),
            product_id uuid NOT NULL,
            PRIMARY KEY (room_id, number),
            UNIQUE (room_id, product_id)
        )
    """)
    op.execute("CREATE INDEX bag_item_product_idx ON live.bag_item (product_id, room_id)")
    op.execute("""
        CREATE TABLE live.cue (
            room_id uuid NOT NULL REFERENCES live.room,
            cue_id uuid NOT NULL,
            product_id uuid NOT NULL,
            start_at timestamptz NOT NULL,
            end_at timestamptz,
            PRIMARY KEY (room_id, cue_id),
            CHECK (end_at >= start_at)
        )
    """)
    op.execute("CREATE UNIQUE INDEX cue_open_idx ON live.cue (room_id) WHERE end_at IS NULL")
    op.execute("""
        CREATE TABLE live.mute (
            room_id uuid NOT NULL REFERENCES live.room,
            account_id uuid NOT NULL,
            muted_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (room_id, account_id)
        )
    """)
    op.execute("""
        CREATE TABLE live.removed_comment (
            room_id uuid NOT NULL REFERENCES live.room,
            comment_id uuid NOT NULL,
            removed_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (room_id, comment_id)
        )
    """)
    op.execute("""
        CREATE TABLE live.checkpoint (
            room_id uuid PRIMARY KEY REFERENCES live.room,
            tick bigint NOT NULL,
            last_seq bigint NOT NULL,
            snapshot bytea NOT NULL
        )
    """)
