"""What viewers of rooms asked most, for the report after the room."""

from alembic import op

revision = "0372"
down_revision = "0371"


def upgrade() -> None:
    """How many asked what of which product (null: of none of its own); neither who nor in which words."""
    op.execute("""
        CREATE TABLE insights.room_question (
            room_id uuid NOT NULL,
            product_id uuid,
            kind text NOT NULL,
            people integer NOT NULL CHECK (people >= 3),
            UNIQUE NULLS NOT DISTINCT (room_id, product_id, kind)
        )
    """)
