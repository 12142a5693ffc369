"""What fans say and like, and when they were first seen."""

from alembic import op

revision = "0220"
down_revision = "0270"


def upgrade() -> None:
    """By fan and by place; up to where the rooms' logs are read."""
    op.execute("ALTER TABLE fans.fan ADD COLUMN likes integer NOT NULL DEFAULT 0")
    op.execute("""
        ALTER TABLE fans.visit ADD COLUMN comments integer NOT NULL DEFAULT 0,
            ADD COLUMN likes integer NOT NULL DEFAULT 0, ADD COLUMN first_at timestamptz
    """)
    op.execute("UPDATE fans.visit SET first_at = seen_at")
    op.execute("ALTER TABLE fans.visit ALTER COLUMN first_at SET NOT NULL")
    op.execute("CREATE TABLE fans.log_position (last_seq bigint NOT NULL)")
    op.execute("INSERT INTO fans.log_position (last_seq) VALUES (0)")
