"""Browsers that messages may come to, and the platform's key for it."""

from alembic import op

revision = "0243"
down_revision = "0230"


def upgrade() -> None:
    """One key; one row a browser."""
    op.execute("""
        CREATE TABLE outreach.push_key (
            only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
            sealed bytea NOT NULL
        )
    """)
    op.execute("""
        CREATE TABLE outreach.push_subscription (
            endpoint text PRIMARY KEY CHECK (char_length(endpoint) <= 1000),
            account_id uuid NOT NULL,
            receiver_key bytea NOT NULL,
            auth bytea NOT NULL CHECK (octet_length(auth) = 16),
            since timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX push_of_account ON outreach.push_subscription (account_id, since)")
