"""Tables of the module apps."""

from alembic import op

revision = "0055"
down_revision = "0040"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA apps")
    _create_apps()
    _create_tokens()
    _create_calls()


def _create_apps() -> None:
    op.execute("""
        CREATE TABLE apps.app (
            app_id uuid PRIMARY KEY,
            owner_id uuid NOT NULL,
            shop_id uuid,
            name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 40),
            icon_url text,
            is_public boolean NOT NULL,
            redirect_uris text[] NOT NULL,
            scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
            created_at timestamptz NOT NULL DEFAULT now(),
            deleted_at timestamptz,
            CONSTRAINT app_has_a_way_in CHECK ((shop_id IS NULL) = (cardinality(redirect_uris) > 0))
        )
    """)
    op.execute("CREATE INDEX app_owner_idx ON apps.app (owner_id, app_id) WHERE deleted_at IS NULL")
    op.execute(
        "CREATE INDEX app_shop_idx ON apps.app (shop_id, app_id) WHERE shop_id IS NOT NULL AND deleted_at IS NULL"
    )
    op.execute("""
        CREATE TABLE apps.secret (
            secret_id uuid PRIMARY KEY,
            app_id uuid NOT NULL REFERENCES apps.app,
            secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
            ending text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            last_used_at timestamptz
        )
    """)
    op.execute("CREATE INDEX secret_app_idx ON apps.secret (app_id)")


def _create_tokens() -> None:
    op.execute("""
        CREATE TABLE apps.connection (
            connection_id uuid PRIMARY KEY,
            shop_id uuid NOT NULL,
            app_id uuid NOT NULL REFERENCES apps.app,
            account_id uuid NOT NULL,
            scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
            created_at timestamptz NOT NULL DEFAULT now(),
            ended_at timestamptz
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX connection_live_key ON apps.connection (shop_id, app_id, account_id) WHERE ended_at IS NULL
    """)
    op.execute("CREATE INDEX connection_app_idx ON apps.connection (app_id) WHERE ended_at IS NULL")
    op.execute("""
        CREATE TABLE apps.code (
            code_hash bytea PRIMARY KEY CHECK (octet_length(code_hash) = 32),
            connection_id uuid NOT NULL REFERENCES apps.connection,
            family_id uuid NOT NULL,
            redirect_uri text NOT NULL,
            scopes text[] NOT NULL,
            challenge text NOT NULL,
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        )
    """)
    op.execute("CREATE INDEX code_connection_idx ON apps.code (connection_id)")
    op.execute("CREATE INDEX code_expires_idx ON apps.code (expires_at)")
    op.execute("""
        CREATE TABLE apps.token (
            token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
            connection_id uuid NOT NULL REFERENCES apps.connection,
            family_id uuid NOT NULL,
            is_refresh boolean NOT NULL,
            scopes text[] NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        )
    """)
    op.execute("CREATE INDEX token_connection_idx ON apps.token (connection_id, created_at)")
    op.execute("CREATE INDEX token_family_idx ON apps.token (family_id)")
    op.execute("CREATE INDEX token_expires_idx ON apps.token (expires_at)")


def _create_calls() -> None:
    op.execute("""
        CREATE TABLE apps.call (
            shop_id uuid NOT NULL,
            app_id uuid NOT NULL,
            call_id uuid NOT NULL,
            method text NOT NULL,
            route text NOT NULL,
            status smallint NOT NULL,
            request_id text NOT NULL,
            duration_us integer NOT NULL,
            PRIMARY KEY (shop_id, app_id, call_id)
        ) PARTITION BY RANGE (call_id)
    """)
    op.execute("""
        CREATE TABLE apps.usage (
            shop_id uuid NOT NULL,
            app_id uuid NOT NULL,
            day date NOT NULL,
            calls bigint NOT NULL,
            refused bigint NOT NULL,
            dropped bigint NOT NULL,
            last_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, app_id, day)
        )
    """)
