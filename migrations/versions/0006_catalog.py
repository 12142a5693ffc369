"""Tables of the module catalog."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA catalog")
    op.execute("""
        CREATE TABLE catalog.product (
            product_id uuid PRIMARY KEY,
            shop_id uuid NOT NULL,
            title text NOT NULL CHECK (title <> ''),
            description text NOT NULL,
            picture_urls text[] NOT NULL,
            state text NOT NULL CHECK (state IN ('draft', 'on_sale', 'off')),
            currency text NOT NULL,
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX product_of_shop ON catalog.product (shop_id, product_id)")
    op.execute("""
        CREATE TABLE catalog.sku (
            sku_id uuid PRIMARY KEY,
            product_id uuid NOT NULL REFERENCES catalog.product,
            shop_id uuid NOT NULL,
            position smallint NOT NULL,
            name text NOT NULL,
            price_minor bigint NOT NULL CHECK (price_minor > 0),
            is_removed boolean NOT NULL DEFAULT false
        )
    """)
    op.execute("CREATE INDEX sku_of_product ON catalog.sku (product_id, position)")
    # Half-empty pages: each change of a hot row finds room beside it (HOT), and no index but the key must follow.
    op.execute("""
        CREATE TABLE catalog.stock (
            sku_id uuid PRIMARY KEY REFERENCES catalog.sku,
            on_hand integer NOT NULL,
            reserved integer NOT NULL DEFAULT 0,
            sold bigint NOT NULL DEFAULT 0,
            CONSTRAINT stock_never_oversold CHECK (reserved BETWEEN 0 AND on_hand),
            CONSTRAINT stock_sold_counts_up CHECK (sold >= 0)
        ) WITH (fillfactor = 50)
    """)
    op.execute("""
        CREATE TABLE catalog.stock_journal (
            shop_id uuid NOT NULL,
            journal_id uuid NOT NULL,
            sku_id uuid NOT NULL REFERENCES catalog.sku,
            changed_at timestamptz NOT NULL,
            changed_by uuid NOT NULL,
            available_from integer,
            available_to integer NOT NULL CHECK (available_to >= 0),
            PRIMARY KEY (shop_id, journal_id)
        )
    """)
    op.execute("CREATE INDEX stock_journal_of_sku ON catalog.stock_journal (sku_id, journal_id)")
