"""What rooms show of flash sales and of others' goods."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("SELECT 1")
