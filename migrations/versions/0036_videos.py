"""Films of goods that sellers upload."""

from alembic import op

revision = "0036"
down_revision = "0043"


def upgrade() -> None:
    """Deepen media."""
    op.execute("""
        CREATE TABLE media.video (
            video_id uuid PRIMARY KEY,
            owner_id uuid NOT NULL,
            state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'ready', 'refused')),
            attempts integer NOT NULL DEFAULT 0,
            name text,
            refused_reason text,
            width integer,
            height integer,
            duration_ms integer,
            size_bytes integer,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT video_is_whole CHECK (state <> 'ready' OR (name IS NOT NULL AND duration_ms > 0)),
            CONSTRAINT video_refusal_has_reason CHECK ((state = 'refused') = (refused_reason IS NOT NULL))
        )
    """)
    op.execute("CREATE INDEX video_waiting ON media.video (created_at) WHERE state = 'waiting'")
    op.execute("CREATE INDEX video_of_owner ON media.video (owner_id, created_at)")
