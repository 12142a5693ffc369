"""Tables of the module catalog."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA catalog")
