"""Who came to a place by a link that somebody handed on."""

from alembic import op

revision = "0280"
down_revision = "0312"


def upgrade() -> None:
    """Of visits so far it is not known."""
    op.execute("ALTER TABLE fans.visit ADD COLUMN is_shared boolean NOT NULL DEFAULT false")
