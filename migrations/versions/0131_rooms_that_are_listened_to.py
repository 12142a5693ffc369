"""Rooms that a listener of the platform's own follows by ear."""

from alembic import op

revision = "0131"
down_revision = "0141"


def upgrade() -> None:
    """As `holder` and `held_until` are of the worker that decides."""
    op.execute("""
        ALTER TABLE surfacing.room_mode
            ADD COLUMN listener uuid,
            ADD COLUMN listened_until timestamptz NOT NULL DEFAULT '-infinity'
    """)
