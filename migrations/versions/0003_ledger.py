"""Tables of the module ledger."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA ledger")
