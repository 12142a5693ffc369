"""Platform coupons, flash sales, purchase limits, commissions."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Deepen promotion."""
    # A platform coupon has the nil UUID where a shop's id would stand, and belongs to a checkout instead of an order.
    op.execute("""
        ALTER TABLE promotion.coupon
            ADD title text NOT NULL DEFAULT '',
            ADD is_listed boolean NOT NULL DEFAULT false,
            ADD valid_from timestamptz NOT NULL DEFAULT 'epoch',
            ADD ended_at timestamptz,
            ADD CONSTRAINT coupon_has_its_time CHECK (valid_until > valid_from)
    """)
    op.execute("CREATE UNIQUE INDEX coupon_by_id ON promotion.coupon (coupon_id)")
    op.execute(
        "CREATE INDEX coupon_listed ON promotion.coupon (shop_id, valid_until) WHERE is_listed AND ended_at IS NULL"
    )
    op.execute("""
        CREATE TABLE promotion.flash_sale (
            shop_id uuid NOT NULL,
            flash_sale_id uuid NOT NULL,
            product_id uuid NOT NULL,
            sku_id uuid NOT NULL,
            price_minor bigint NOT NULL CHECK (price_minor > 0),
            set_aside integer NOT NULL CHECK (set_aside > 0),
            limit_per_buyer integer CHECK (limit_per_buyer > 0),
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL,
            created_by uuid NOT NULL,
            created_at timestamptz NOT NULL,
            announced_at timestamptz,
            started_at timestamptz,
            ended_at timestamptz,
            sweep_at timestamptz,
            PRIMARY KEY (shop_id, flash_sale_id),
            CHECK (ends_at > starts_at),
            CHECK (sweep_at IS NULL OR ended_at IS NOT NULL)
        )
    """)
    op.execute("CREATE UNIQUE INDEX flash_sale_by_id ON promotion.flash_sale (flash_sale_id)")
    op.execute("CREATE INDEX flash_sale_of_sku ON promotion.flash_sale (sku_id, starts_at) WHERE ended_at IS NULL")
    # What the clock has yet to do: tell of the sale beforehand, start it, end it, fetch what came back after the end.
    op.execute("""
        CREATE INDEX flash_sale_to_announce ON promotion.flash_sale (starts_at)
        WHERE announced_at IS NULL AND ended_at IS NULL
    """)
    op.execute("""
        CREATE INDEX flash_sale_to_start ON promotion.flash_sale (starts_at)
        WHERE started_at IS NULL AND ended_at IS NULL
    """)
    op.execute("CREATE INDEX flash_sale_to_end ON promotion.flash_sale (ends_at) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX flash_sale_to_sweep ON promotion.flash_sale (sweep_at) WHERE sweep_at IS NOT NULL")
    op.execute("""
        CREATE TABLE promotion.purchase_count (
            limit_id uuid NOT NULL,
            account_id uuid NOT NULL,
            quantity integer NOT NULL CHECK (quantity >= 0),
            PRIMARY KEY (limit_id, account_id)
        ) WITH (fillfactor = 70)
    """)
    op.execute("""
        CREATE TABLE promotion.commission (
            shop_id uuid NOT NULL,
            commission_id uuid NOT NULL,
            product_id uuid NOT NULL,
            creator_id uuid,
            rate_bp integer NOT NULL CHECK (rate_bp BETWEEN 1 AND 9000),
            state text NOT NULL CHECK (state IN ('proposed', 'open', 'refused', 'ended')),
            title text NOT NULL,
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, commission_id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX commission_public_once ON promotion.commission (product_id)
            WHERE creator_id IS NULL AND state = 'open'
    """)
    op.execute("""
        CREATE UNIQUE INDEX commission_agreed_once ON promotion.commission (product_id, creator_id)
            WHERE creator_id IS NOT NULL AND state IN ('proposed', 'open')
    """)
    op.execute("""
        CREATE INDEX commission_of_creator ON promotion.commission (creator_id, commission_id)
        WHERE creator_id IS NOT NULL
    """)
    op.execute("CREATE INDEX commission_of_product ON promotion.commission (product_id) WHERE state = 'open'")
    op.execute("""
        CREATE INDEX commission_on_market ON promotion.commission (commission_id)
        WHERE creator_id IS NULL AND state = 'open'
    """)
    op.execute("CREATE UNIQUE INDEX commission_by_id ON promotion.commission (commission_id)")
