"""Tables of the module accounts."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA accounts")
    op.execute("""
        CREATE TABLE accounts.account (
            account_id uuid PRIMARY KEY,
            sign_in text NOT NULL CONSTRAINT account_sign_in_key UNIQUE,
            password_hash text NOT NULL,
            display_name text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 30),
            avatar_url text,
            is_operator boolean NOT NULL DEFAULT false,
            created_at timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("""
        CREATE TABLE accounts.session (
            token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
            account_id uuid NOT NULL REFERENCES accounts.account,
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX session_account_idx ON accounts.session (account_id)")
    op.execute("CREATE INDEX session_expires_idx ON accounts.session (expires_at)")
    op.execute("""
        CREATE TABLE accounts.access_token (
            token_id uuid PRIMARY KEY,
            token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
            account_id uuid NOT NULL REFERENCES accounts.account,
            name text NOT NULL,
            scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
            created_at timestamptz NOT NULL DEFAULT now(),
            last_used_at timestamptz
        )
    """)
    op.execute("CREATE INDEX access_token_account_idx ON accounts.access_token (account_id)")
    op.execute("""
        CREATE TABLE accounts.address (
            account_id uuid NOT NULL REFERENCES accounts.account,
            address_id uuid NOT NULL,
            recipient text NOT NULL,
            phone text NOT NULL,
            region text NOT NULL,
            detail text NOT NULL,
            is_default boolean NOT NULL,
            PRIMARY KEY (account_id, address_id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX address_default_key ON accounts.address (account_id) WHERE is_default")
