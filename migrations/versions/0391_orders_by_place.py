"""Orders are found by the room and the video that a line of theirs was bought in: all are sorted in once more."""

from alembic import op

revision = "0391"
down_revision = "0398"


def upgrade() -> None:
    """The worker does it, the newest first."""
    op.execute("UPDATE orders.search_fill SET below = 'ffffffff-ffff-ffff-ffff-ffffffffffff'")
