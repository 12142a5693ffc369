"""A purchase does not say when its fan was back: the next occasion does."""

from alembic import op

revision = "0398"
down_revision = "0390"


def upgrade() -> None:
    """A new purchase leaves those before it as they are."""
    op.execute("ALTER TABLE fans.purchase DROP COLUMN back_days")
