"""Events that no messages could be made of."""

from alembic import op

revision = "0077"
down_revision = "0085"


def upgrade() -> None:
    """What was put aside, and why."""
    op.execute("""
        CREATE TABLE webhooks.set_aside (
            event_id uuid PRIMARY KEY,
            type text NOT NULL,
            data bytea NOT NULL,
            reason text NOT NULL,
            at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX set_aside_at ON webhooks.set_aside (at)")
