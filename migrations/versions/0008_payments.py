"""Tables of the module payments."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA payments")
