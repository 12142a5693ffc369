"""Tables of the module content."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA content")
