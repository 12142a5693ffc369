"""Tables of the module orders."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA orders")
