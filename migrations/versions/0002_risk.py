"""Tables of the module risk."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA risk")
    # Unlogged: a crash empties the buckets, which is harmless, and taking a token never waits for the disk. No index
    # on full_at, so that updates stay in the page (HOT).
    op.execute("""
        CREATE UNLOGGED TABLE risk.bucket (
            limit_name text NOT NULL,
            subject_hash bytea NOT NULL,
            full_at timestamptz NOT NULL,
            PRIMARY KEY (limit_name, subject_hash)
        ) WITH (fillfactor = 50)
    """)
