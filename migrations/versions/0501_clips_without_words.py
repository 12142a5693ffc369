"""A clip shows the words of its room, unless its creator took them away."""

from alembic import op

revision = "0501"
down_revision = "0500"


def upgrade() -> None:
    """Nobody took captions of a clip away that were not brought for it."""
    op.execute("ALTER TABLE surfacing.film ADD COLUMN is_wordless boolean NOT NULL DEFAULT false")
