"""Shops on other platforms that products are brought in from."""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Where they are, what lets us in (sealed), how far we came, and which product is which of theirs."""
    op.execute("""
        CREATE TABLE imports.source (
            shop_id uuid NOT NULL,
            source_id uuid NOT NULL,
            kind text NOT NULL,
            name text NOT NULL,
            address text NOT NULL,
            sealed_access bytea NOT NULL,
            cursor jsonb,
            created_by uuid NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, source_id)
        )
    """)
    op.execute("""
        CREATE TABLE imports.source_product (
            source_id uuid NOT NULL,
            external_id text NOT NULL,
            product_id uuid NOT NULL,
            PRIMARY KEY (source_id, external_id)
        )
    """)
