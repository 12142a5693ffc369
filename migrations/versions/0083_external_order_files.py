"""Orders placed elsewhere are listed, and each change of one has a number."""

from alembic import op

revision = "0083"
down_revision = "0077"


def upgrade() -> None:
    """Whoever folds the changes in can tell an older one from a newer one."""
    op.execute("ALTER TABLE imports.external_order ADD version integer NOT NULL DEFAULT 1")
    op.execute("CREATE INDEX external_order_of_source ON imports.external_order (source_id, told_at, external_id)")
