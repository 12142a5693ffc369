"""Who has just come into a room."""

from alembic import op

revision = "0331"
down_revision = "0292"


def upgrade() -> None:
    """A host is told which regulars have come: the latest of a room are found without its others."""
    op.execute("DROP INDEX IF EXISTS fans.visit_of_place")
    op.execute("CREATE INDEX visit_of_place ON fans.visit (place_id, first_at)")
