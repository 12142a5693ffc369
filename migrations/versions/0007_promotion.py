"""Tables of the module promotion."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA promotion")
