"""Categories with the platform's fee, weights, purchase limits, stock that is set aside."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Deepen catalog."""
    op.execute("""
        CREATE TABLE catalog.category (
            code text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{0,31}$'),
            name_zh text NOT NULL,
            name_en text NOT NULL,
            fee_bp integer NOT NULL CHECK (fee_bp BETWEEN 0 AND 5000)
        )
    """)
    op.execute("""
        INSERT INTO catalog.category (code, name_zh, name_en, fee_bp) VALUES
            ('fresh', '生鲜', 'Fresh food', 100), ('food', '食品', 'Food', 200), ('craft', '手工艺', 'Crafts', 200),
            ('book', '图书', 'Books', 200), ('home', '家居', 'Home', 300), ('digital', '数码', 'Digital', 200),
            ('clothing', '服饰', 'Clothing', 500), ('beauty', '美妆', 'Beauty', 500), ('other', '其他', 'Other', 300)
    """)
    op.execute("""
        ALTER TABLE catalog.product
            ADD category text NOT NULL DEFAULT 'other' REFERENCES catalog.category,
            ADD freight_template_id uuid,
            ADD limit_per_buyer integer CHECK (limit_per_buyer > 0)
    """)
    op.execute("ALTER TABLE catalog.sku ADD weight_g integer NOT NULL DEFAULT 0 CHECK (weight_g >= 0)")
    # A SKU's own stock has the SKU's id; what a flash sale sets aside has the flash sale's.
    op.execute("ALTER TABLE catalog.stock ADD stock_id uuid")
    op.execute("UPDATE catalog.stock SET stock_id = sku_id")
    op.execute("""
        ALTER TABLE catalog.stock
            ALTER stock_id SET NOT NULL,
            DROP CONSTRAINT stock_pkey,
            ADD PRIMARY KEY (stock_id)
    """)
    op.execute("CREATE INDEX stock_of_sku ON catalog.stock (sku_id)")
    # Every piece that comes or goes other than by orders: on_hand + sold of a stock is always the sum of its deltas.
    op.execute("""
        ALTER TABLE catalog.stock_journal
            ADD stock_id uuid,
            ADD delta integer,
            ADD kind text NOT NULL DEFAULT 'correction'
                CHECK (kind IN ('opening', 'correction', 'restock', 'set_aside', 'given_back', 'returned')),
            ADD reason text
    """)
    op.execute("""
        UPDATE catalog.stock_journal SET stock_id = sku_id, delta = available_to - coalesce(available_from, 0),
            kind = CASE WHEN available_from IS NULL THEN 'opening' ELSE 'correction' END
    """)
    op.execute("ALTER TABLE catalog.stock_journal ALTER stock_id SET NOT NULL, ALTER delta SET NOT NULL")
    # Nobody's hand: what the clock alone gives back.
    op.execute("ALTER TABLE catalog.stock_journal ALTER changed_by DROP NOT NULL")
    # Each ordinary price from when it held, so that a compared price can be an honest one.
    op.execute("""
        CREATE TABLE catalog.price_change (
            sku_id uuid NOT NULL REFERENCES catalog.sku,
            changed_at timestamptz NOT NULL,
            price_minor bigint NOT NULL CHECK (price_minor > 0),
            PRIMARY KEY (sku_id, changed_at)
        )
    """)
    op.execute("""
        INSERT INTO catalog.price_change (sku_id, changed_at, price_minor)
        SELECT sku.sku_id, product.created_at, sku.price_minor
        FROM catalog.sku JOIN catalog.product USING (product_id)
    """)
