"""Tables of the module promotion."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA promotion")
    op.execute("""
        CREATE TABLE promotion.live_price (
            room_id uuid NOT NULL,
            sku_id uuid NOT NULL,
            price_minor bigint NOT NULL CHECK (price_minor > 0),
            PRIMARY KEY (room_id, sku_id)
        )
    """)
    op.execute("""
        CREATE TABLE promotion.coupon (
            shop_id uuid NOT NULL,
            coupon_id uuid NOT NULL,
            code text NOT NULL,
            currency text NOT NULL,
            off_minor bigint NOT NULL CHECK (off_minor > 0),
            min_spend_minor bigint NOT NULL CHECK (min_spend_minor >= 0),
            quota integer NOT NULL CHECK (quota > 0),
            per_account integer NOT NULL CHECK (per_account > 0),
            redeemed integer NOT NULL DEFAULT 0,
            valid_until timestamptz NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, coupon_id),
            CONSTRAINT coupon_code_once UNIQUE (shop_id, code),
            CONSTRAINT coupon_never_over_redeemed CHECK (redeemed BETWEEN 0 AND quota)
        ) WITH (fillfactor = 50)
    """)
    op.execute("""
        CREATE TABLE promotion.redemption (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            coupon_id uuid NOT NULL,
            account_id uuid NOT NULL,
            off_minor bigint NOT NULL CHECK (off_minor > 0),
            redeemed_at timestamptz NOT NULL,
            released_at timestamptz,
            PRIMARY KEY (shop_id, order_id),
            FOREIGN KEY (shop_id, coupon_id) REFERENCES promotion.coupon
        )
    """)
    op.execute("""
        CREATE INDEX redemption_of_account ON promotion.redemption (coupon_id, account_id) WHERE released_at IS NULL
    """)
