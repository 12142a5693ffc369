"""Tables of the module settlement."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA settlement")
