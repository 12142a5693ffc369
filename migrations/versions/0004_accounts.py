"""Tables of the module accounts."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA accounts")
