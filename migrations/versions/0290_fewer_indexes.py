"""Rows of what visitors did are looked for by their moment and their account alone; most of them are of no room."""

from alembic import op

revision = "0290"
down_revision = "0330"


def upgrade() -> None:
    """Drop an index that nothing reads and every row writes."""
    op.execute("DROP INDEX insights.behaviour_of_room")
