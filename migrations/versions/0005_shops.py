"""Tables of the module shops."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA shops")
    op.execute("""
        CREATE TABLE shops.shop (
            shop_id uuid PRIMARY KEY,
            owner_id uuid NOT NULL CONSTRAINT shop_owner_key UNIQUE,
            name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 30),
            name_key text NOT NULL CONSTRAINT shop_name_key UNIQUE,
            is_open boolean NOT NULL DEFAULT true,
            created_at timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("""
        CREATE TABLE shops.staff (
            shop_id uuid NOT NULL REFERENCES shops.shop,
            account_id uuid NOT NULL,
            role text NOT NULL CHECK (role IN ('owner')),
            since timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (shop_id, account_id)
        )
    """)
    op.execute("CREATE INDEX staff_account_idx ON shops.staff (account_id)")
