"""Checkouts of several shops, carts, who pays which discount, rates frozen on lines, tracking."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Deepen orders."""
    op.execute("""
        ALTER TABLE orders.order
            ADD checkout_id uuid,
            ADD platform_off_minor bigint NOT NULL DEFAULT 0 CHECK (platform_off_minor >= 0),
            ADD platform_coupon_id uuid,
            ADD delivered_at timestamptz,
            ADD refunded_freight_minor bigint NOT NULL DEFAULT 0,
            ADD holds integer NOT NULL DEFAULT 0 CHECK (holds >= 0),
            ADD CONSTRAINT order_freight_not_twice_back CHECK (refunded_freight_minor BETWEEN 0 AND freight_minor),
            DROP CONSTRAINT order_adds_up,
            ADD CONSTRAINT order_adds_up CHECK (
                total_minor = subtotal_minor - off_minor - platform_off_minor + freight_minor
            )
    """)
    op.execute("UPDATE orders.order SET checkout_id = order_id")
    op.execute("ALTER TABLE orders.order ALTER checkout_id SET NOT NULL")
    op.execute("""
        ALTER TABLE orders.line
            ADD stock_id uuid,
            ADD category text NOT NULL DEFAULT 'other',
            ADD off_minor bigint NOT NULL DEFAULT 0,
            ADD platform_off_minor bigint NOT NULL DEFAULT 0,
            ADD fee_bp integer NOT NULL DEFAULT 0,
            ADD room_id uuid,
            ADD creator_id uuid,
            ADD commission_bp integer NOT NULL DEFAULT 0,
            ADD limit_ids uuid[] NOT NULL DEFAULT '{}',
            ADD refunded_quantity integer NOT NULL DEFAULT 0,
            ADD refunded_minor bigint NOT NULL DEFAULT 0,
            ADD refunded_platform_minor bigint NOT NULL DEFAULT 0,
            ADD CONSTRAINT line_discount_fits CHECK (
                off_minor >= 0 AND platform_off_minor >= 0 AND off_minor + platform_off_minor <= amount_minor
            ),
            ADD CONSTRAINT line_never_more_back_than_paid CHECK (
                refunded_quantity BETWEEN 0 AND quantity
                AND refunded_minor BETWEEN 0 AND amount_minor - off_minor - platform_off_minor
                AND refunded_platform_minor BETWEEN 0 AND platform_off_minor
            )
    """)
    # Each line's part of the coupon, in proportion to its price: what comes off up to and with it, less what came off
    # before it, so that the parts of an order add up to the cent.
    op.execute("""
        UPDATE orders.line SET stock_id = line.sku_id, off_minor = part.off_minor, room_id = part.room_id
        FROM (
            SELECT l.shop_id, l.order_id, l.line_no, o.room_id, (
                div(o.off_minor * sum(l.amount_minor) OVER up_to, o.subtotal_minor)
                - div(o.off_minor * (sum(l.amount_minor) OVER up_to - l.amount_minor), o.subtotal_minor)
            )::bigint AS off_minor
            FROM orders.line AS l JOIN orders.order AS o USING (shop_id, order_id)
            WINDOW up_to AS (PARTITION BY l.shop_id, l.order_id ORDER BY l.line_no)
        ) AS part
        WHERE (part.shop_id, part.order_id, part.line_no) = (line.shop_id, line.order_id, line.line_no)
    """)
    op.execute("ALTER TABLE orders.line ALTER stock_id SET NOT NULL")
    # The answer kept for a retry names the checkout; that of an order placed before is the order's own.
    op.execute("ALTER TABLE orders.idempotency RENAME order_id TO checkout_id")
    op.execute("CREATE INDEX order_of_checkout ON orders.order (checkout_id)")
    op.execute("CREATE INDEX line_of_creator ON orders.line (creator_id, order_id) WHERE creator_id IS NOT NULL")
    op.execute("""
        CREATE TABLE orders.cart_item (
            account_id uuid NOT NULL,
            sku_id uuid NOT NULL,
            room_id uuid,
            quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 999),
            price_minor bigint NOT NULL,
            added_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, sku_id)
        )
    """)
    op.execute("""
        CREATE TABLE orders.tracking_event (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            happened_at timestamptz NOT NULL,
            kind text NOT NULL CHECK (
                kind IN ('picked_up', 'in_transit', 'out_for_delivery', 'delivered', 'problem')
            ),
            place text NOT NULL,
            text text NOT NULL,
            PRIMARY KEY (shop_id, order_id, happened_at, kind),
            FOREIGN KEY (shop_id, order_id) REFERENCES orders.order
        )
    """)
    # What went back, by refund: never written twice. Line number -1 stands for the freight.
    op.execute("""
        CREATE TABLE orders.line_refund (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            refund_id uuid NOT NULL,
            line_no smallint NOT NULL,
            quantity integer NOT NULL CHECK (quantity >= 0),
            refund_minor bigint NOT NULL CHECK (refund_minor >= 0),
            platform_minor bigint NOT NULL CHECK (platform_minor >= 0),
            refunded_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, order_id, refund_id, line_no),
            FOREIGN KEY (shop_id, order_id) REFERENCES orders.order
        )
    """)
    op.execute("""
        CREATE INDEX order_of_tracking_number ON orders.order (tracking_number) WHERE tracking_number IS NOT NULL
    """)
    op.execute("""
        CREATE INDEX order_under_way ON orders.order (shop_id, order_id)
        WHERE state IN ('paid', 'shipped', 'delivered')
    """)
