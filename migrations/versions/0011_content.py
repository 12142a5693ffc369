"""Tables of the module content."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA content")
    op.execute("""
        CREATE TABLE content.follow (
            creator_id uuid NOT NULL,
            fan_id uuid NOT NULL,
            since timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (creator_id, fan_id),
            CHECK (creator_id <> fan_id)
        )
    """)
    op.execute("CREATE INDEX follow_fan_idx ON content.follow (fan_id, since)")
    # A creator's fans are counted in slots by fan, so that a hall that follows at once does not queue for one row.
    op.execute("""
        CREATE TABLE content.fan_count (
            creator_id uuid NOT NULL,
            slot smallint NOT NULL,
            fans bigint NOT NULL CHECK (fans >= 0),
            PRIMARY KEY (creator_id, slot)
        ) WITH (fillfactor = 50)
    """)
