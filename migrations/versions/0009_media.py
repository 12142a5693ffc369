"""Tables of the module media."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA media")
