"""Products with options, attributes, film and provenance; versions; review; figures to sort and filter by."""

from alembic import op

revision = "0035"
down_revision = "0031"


def upgrade() -> None:
    """Deepen catalog."""
    # Neighbouring characters of a title as numbers that the shop's id is part of: a part of a title, also a Chinese
    # word of two characters, is found within one shop without a look at any other.
    op.execute("""
        CREATE FUNCTION catalog.title_grams(shop_id uuid, title text) RETURNS integer[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN (
            SELECT coalesce(array_agg(DISTINCT ('x' || substr(md5(shop_id::text || gram), 1, 8))::bit(32)::int), '{}')
            FROM (
                SELECT substr(lower(title), place, 2) AS gram FROM generate_series(1, length(title) - 1) AS place
            ) AS grams
        )
    """)
    op.execute("""
        ALTER TABLE catalog.product
            ADD version integer NOT NULL DEFAULT 1 CHECK (version > 0),
            ADD handle text CHECK (handle <> ''),
            ADD options jsonb NOT NULL DEFAULT '[]',
            ADD attributes jsonb NOT NULL DEFAULT '[]',
            ADD video_url text,
            ADD provenance jsonb NOT NULL DEFAULT '[]',
            ADD pending jsonb,
            ADD rejected_reason text,
            ADD waiting_since timestamptz,
            ADD title_grams integer[] GENERATED ALWAYS AS (catalog.title_grams(shop_id, title)) STORED,
            DROP CONSTRAINT product_state_check,
            ADD CONSTRAINT product_state_check
                CHECK (state IN ('draft', 'in_review', 'rejected', 'on_sale', 'off')),
            ADD CONSTRAINT product_in_review_waits CHECK (state <> 'in_review' OR waiting_since IS NOT NULL)
    """)
    op.execute("""
        CREATE UNIQUE INDEX product_handle ON catalog.product (shop_id, handle) WHERE handle IS NOT NULL
    """)
    op.execute("CREATE INDEX product_by_state ON catalog.product (shop_id, state, product_id)")
    op.execute("CREATE INDEX product_by_title ON catalog.product (shop_id, title, product_id)")
    op.execute("CREATE INDEX product_by_grams ON catalog.product USING gin (title_grams)")
    op.execute("""
        CREATE INDEX product_waiting ON catalog.product (waiting_since, product_id) WHERE waiting_since IS NOT NULL
    """)
    op.execute("""
        ALTER TABLE catalog.sku
            ADD option_values text[] NOT NULL DEFAULT '{}',
            ADD picture_url text,
            ADD code text CHECK (code <> ''),
            ADD barcode text CHECK (barcode <> '')
    """)
    op.execute("""
        CREATE UNIQUE INDEX sku_code ON catalog.sku (shop_id, code) WHERE code IS NOT NULL AND NOT is_removed
    """)
    op.execute("""
        CREATE INDEX sku_by_code ON catalog.sku (shop_id, lower(code) text_pattern_ops)
            WHERE code IS NOT NULL AND NOT is_removed
    """)
    op.execute("""
        CREATE INDEX sku_by_barcode ON catalog.sku (shop_id, barcode) WHERE barcode IS NOT NULL AND NOT is_removed
    """)
    op.execute("""
        CREATE TABLE catalog.product_version (
            product_id uuid NOT NULL REFERENCES catalog.product ON DELETE CASCADE,
            version integer NOT NULL,
            shop_id uuid NOT NULL,
            changed_at timestamptz NOT NULL,
            changed_by uuid,
            snapshot jsonb NOT NULL,
            PRIMARY KEY (product_id, version)
        )
    """)
    # What follows from SKUs and stocks, so that a list can be sorted and filtered by it; brought up to date by events.
    op.execute("""
        CREATE TABLE catalog.product_figures (
            product_id uuid PRIMARY KEY REFERENCES catalog.product ON DELETE CASCADE,
            shop_id uuid NOT NULL,
            available bigint NOT NULL,
            lowest integer NOT NULL,
            sold bigint NOT NULL,
            sku_count integer NOT NULL,
            price_min_minor bigint NOT NULL,
            price_max_minor bigint NOT NULL,
            commission_bp integer
        )
    """)
    op.execute("""
        INSERT INTO catalog.product_figures (
            product_id, shop_id, available, lowest, sold, sku_count, price_min_minor, price_max_minor
        )
        SELECT product.product_id, product.shop_id,
               coalesce(sum(stock.on_hand - stock.reserved) FILTER (WHERE NOT sku.is_removed AND is_own), 0),
               coalesce(min(stock.on_hand - stock.reserved) FILTER (WHERE NOT sku.is_removed AND is_own), 0),
               coalesce(sum(stock.sold), 0),
               count(*) FILTER (WHERE NOT sku.is_removed AND is_own),
               coalesce(min(sku.price_minor) FILTER (WHERE NOT sku.is_removed), 0),
               coalesce(max(sku.price_minor) FILTER (WHERE NOT sku.is_removed), 0)
        FROM catalog.product
            JOIN catalog.sku USING (product_id)
            JOIN catalog.stock ON stock.sku_id = sku.sku_id
            CROSS JOIN LATERAL (SELECT stock.stock_id = stock.sku_id) AS own (is_own)
        GROUP BY product.product_id
    """)
    op.execute("""
        UPDATE catalog.product_figures AS figures SET commission_bp = commission.rate_bp
        FROM promotion.commission
        WHERE commission.product_id = figures.product_id AND commission.creator_id IS NULL
          AND commission.state = 'open'
    """)
    op.execute("CREATE INDEX figures_by_stock ON catalog.product_figures (shop_id, available, product_id)")
    op.execute("CREATE INDEX figures_by_sold ON catalog.product_figures (shop_id, sold, product_id)")
    op.execute("CREATE INDEX figures_by_lowest ON catalog.product_figures (shop_id, lowest)")
