"""Tables of the module aftersales."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA aftersales")
