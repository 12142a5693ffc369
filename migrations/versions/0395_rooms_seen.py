"""How many saw a room in a feed, beside how many went in."""

from alembic import op

revision = "0395"
down_revision = "0352"


def upgrade() -> None:
    """Add what is counted from now on; of the past nobody told it."""
    op.execute("ALTER TABLE insights.room_visit ADD COLUMN saw bigint NOT NULL DEFAULT 0")
