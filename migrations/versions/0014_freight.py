"""Freight templates of shops."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Deepen shops."""
    op.execute("""
        CREATE TABLE shops.freight_template (
            shop_id uuid NOT NULL REFERENCES shops.shop,
            template_id uuid NOT NULL,
            name text NOT NULL CHECK (name <> ''),
            is_default boolean NOT NULL,
            rate jsonb NOT NULL,
            exceptions jsonb NOT NULL,
            created_at timestamptz NOT NULL,
            removed_at timestamptz,
            PRIMARY KEY (shop_id, template_id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX freight_default_once ON shops.freight_template (shop_id)
        WHERE is_default AND removed_at IS NULL
    """)
