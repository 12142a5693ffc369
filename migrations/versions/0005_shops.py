"""Tables of the module shops."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA shops")
