"""Tables of the module live."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA live")
