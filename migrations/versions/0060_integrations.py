"""Tables of the module integrations."""

from alembic import op

revision = "0060"
down_revision = "0065"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA integrations")
    op.execute("""
        CREATE TABLE integrations.kept_answer (
            app_id uuid NOT NULL,
            key text NOT NULL,
            body_hash bytea NOT NULL,
            status smallint NOT NULL,
            body bytea NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (app_id, key)
        )
    """)
    op.execute("CREATE INDEX kept_answer_by_age ON integrations.kept_answer USING brin (created_at)")
    # Seals cursors, so that none can be forged; one for the installation.
    op.execute("""
        CREATE TABLE integrations.cursor_key (
            singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
            key uuid NOT NULL DEFAULT gen_random_uuid()
        )
    """)
    op.execute("INSERT INTO integrations.cursor_key DEFAULT VALUES")
