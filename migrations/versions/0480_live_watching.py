"""A room's watching second by second: who watches now, watch time by the minute, when accounts came."""

from alembic import op

revision = "0480"
down_revision = "0470"


def upgrade() -> None:
    """Count from now on; of rooms before it is unknown until `xiaodian insights rebuild`."""
    op.execute("""
        ALTER TABLE insights.room_viewer
            ADD COLUMN told_at timestamptz, ADD COLUMN goes_on boolean NOT NULL DEFAULT false
    """)
    op.execute("ALTER TABLE insights.room_visit_minute ADD COLUMN watch_s bigint NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE insights.room_account ADD COLUMN entered_at timestamptz")
    op.execute("CREATE INDEX room_account_by_entrance ON insights.room_account (room_id, entered_at)")
    # Small: who tells again moves on to the present, and rows of nobody are deleted.
    op.execute("""
        CREATE TABLE insights.room_watching (
            room_id uuid NOT NULL,
            since timestamptz NOT NULL,
            viewers bigint NOT NULL,
            into_ms bigint NOT NULL,
            PRIMARY KEY (room_id, since)
        ) WITH (fillfactor = 70)
    """)
