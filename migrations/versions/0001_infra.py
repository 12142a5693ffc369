"""Outbox, inbox."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA infra")
    op.execute("""
        CREATE TABLE infra.outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            message_id uuid NOT NULL,
            subject text NOT NULL,
            payload bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("""
        CREATE TABLE infra.inbox (
            handler text NOT NULL,
            event_id uuid NOT NULL,
            handled_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (handler, event_id)
        )
    """)
