"""Products that are sold elsewhere."""

from alembic import op

revision = "0044"
down_revision = "0056"


def upgrade() -> None:
    """Where a product is sold, if not here."""
    op.execute("ALTER TABLE catalog.product ADD external jsonb")
