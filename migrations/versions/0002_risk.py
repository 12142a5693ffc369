"""Tables of the module risk."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA risk")
