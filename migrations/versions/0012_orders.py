"""Tables of the module orders."""

from alembic import op

revision = "0012"
down_revision = "0011"

ORDER = """
    CREATE TABLE orders.order (
        shop_id uuid NOT NULL,
        order_id uuid NOT NULL,
        serial bigint NOT NULL,
        number text NOT NULL,
        shop_name text NOT NULL,
        buyer_id uuid NOT NULL,
        buyer_name text NOT NULL,
        room_id uuid,
        state text NOT NULL CHECK (
            state IN ('pending_payment', 'paid', 'shipped', 'delivered', 'completed', 'cancelled')
        ),
        currency text NOT NULL,
        subtotal_minor bigint NOT NULL CHECK (subtotal_minor > 0),
        off_minor bigint NOT NULL CHECK (off_minor >= 0),
        freight_minor bigint NOT NULL CHECK (freight_minor >= 0),
        total_minor bigint NOT NULL CHECK (total_minor > 0),
        coupon_id uuid,
        recipient text NOT NULL,
        phone text NOT NULL,
        region text NOT NULL,
        detail text NOT NULL,
        is_quiet boolean NOT NULL,
        note text NOT NULL,
        placed_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        paid_at timestamptz,
        shipped_at timestamptz,
        carrier text,
        tracking_number text,
        completes_at timestamptz,
        closed_at timestamptz,
        PRIMARY KEY (shop_id, order_id),
        CONSTRAINT order_adds_up CHECK (total_minor = subtotal_minor - off_minor + freight_minor),
        CONSTRAINT order_shipped_with_carrier CHECK (
            (shipped_at IS NULL) = (carrier IS NULL) AND (shipped_at IS NULL) = (tracking_number IS NULL)
                AND (shipped_at IS NULL) = (completes_at IS NULL)
        ),
        CONSTRAINT order_paid_before_shipped CHECK (shipped_at IS NULL OR paid_at IS NOT NULL),
        CONSTRAINT order_closed CHECK ((state IN ('completed', 'cancelled')) = (closed_at IS NOT NULL))
    ) WITH (fillfactor = 85)
"""


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA orders")
    op.execute(ORDER)
    op.execute("CREATE UNIQUE INDEX order_by_id ON orders.order (order_id)")
    op.execute("CREATE UNIQUE INDEX order_serial_once ON orders.order (serial)")
    op.execute("CREATE INDEX order_of_buyer ON orders.order (buyer_id, order_id)")
    op.execute("CREATE INDEX order_of_room ON orders.order (room_id, order_id) WHERE room_id IS NOT NULL")
    op.execute("CREATE INDEX order_to_expire ON orders.order (expires_at) WHERE state = 'pending_payment'")
    op.execute("CREATE INDEX order_to_complete ON orders.order (completes_at) WHERE state IN ('shipped', 'delivered')")
    op.execute("""
        CREATE TABLE orders.line (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            line_no smallint NOT NULL,
            product_id uuid NOT NULL,
            sku_id uuid NOT NULL,
            title text NOT NULL,
            sku_name text NOT NULL,
            picture_url text,
            quantity integer NOT NULL CHECK (quantity > 0),
            price_minor bigint NOT NULL CHECK (price_minor > 0),
            amount_minor bigint NOT NULL,
            PRIMARY KEY (shop_id, order_id, line_no),
            FOREIGN KEY (shop_id, order_id) REFERENCES orders.order,
            CONSTRAINT line_adds_up CHECK (amount_minor = price_minor * quantity)
        )
    """)
    # Placing is the first line of an order's history and stands in the order itself; these are the moves after it.
    op.execute("""
        CREATE TABLE orders.move (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            move_id uuid NOT NULL,
            deed text NOT NULL,
            state text NOT NULL,
            moved_at timestamptz NOT NULL,
            role text NOT NULL,
            account_id uuid,
            reason text,
            PRIMARY KEY (shop_id, order_id, move_id),
            FOREIGN KEY (shop_id, order_id) REFERENCES orders.order
        )
    """)
    op.execute("""
        CREATE TABLE orders.idempotency (
            account_id uuid NOT NULL,
            key text NOT NULL,
            body_hash bytea NOT NULL,
            order_id uuid,
            answer bytea,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (account_id, key),
            CONSTRAINT idempotency_has_answer CHECK (order_id IS NOT NULL OR answer IS NOT NULL)
        )
    """)
    op.execute("CREATE INDEX idempotency_by_age ON orders.idempotency USING brin (created_at)")
    # Each process takes a thousand serials at a time; what it does not use before it ends is never used.
    op.execute("CREATE SEQUENCE orders.serial_block INCREMENT BY 1000 MINVALUE 0")
    op.execute("""
        CREATE TABLE orders.number_key (
            singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
            key uuid NOT NULL DEFAULT gen_random_uuid()
        )
    """)
    op.execute("INSERT INTO orders.number_key DEFAULT VALUES")
