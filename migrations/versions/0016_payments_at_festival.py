"""One charge for several orders, refunds that take their time, an inbox."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Deepen payments."""
    op.execute("""
        ALTER TABLE payments.charge
            ADD method text NOT NULL DEFAULT 'page',
            ADD orders_key uuid,
            ADD action jsonb,
            ADD provider_ref text,
            ADD ask_at timestamptz,
            ADD times_asked smallint NOT NULL DEFAULT 0
    """)
    op.execute("""
        CREATE TABLE payments.charge_part (
            charge_id uuid NOT NULL REFERENCES payments.charge,
            order_id uuid NOT NULL,
            shop_id uuid NOT NULL,
            amount_minor bigint NOT NULL CHECK (amount_minor > 0),
            refunded_minor bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (charge_id, order_id),
            CONSTRAINT never_more_back_than_paid CHECK (refunded_minor BETWEEN 0 AND amount_minor)
        ) WITH (fillfactor = 85)
    """)
    op.execute("""
        INSERT INTO payments.charge_part (charge_id, order_id, shop_id, amount_minor, refunded_minor)
        SELECT charge_id, order_id, shop_id, amount_minor, CASE state WHEN 'refunded' THEN amount_minor ELSE 0 END
        FROM payments.charge
    """)
    op.execute("""
        UPDATE payments.charge SET orders_key = order_id,
            state = CASE state WHEN 'refunded' THEN 'captured' ELSE state END,
            action = CASE WHEN pay_url IS NOT NULL THEN jsonb_build_object('kind', 'page', 'url', pay_url) END
    """)
    op.execute("DROP INDEX payments.charge_of_order, payments.charge_pending_once")
    op.execute("""
        ALTER TABLE payments.charge
            DROP CONSTRAINT charge_state_check,
            ADD CONSTRAINT charge_state_check CHECK (state IN ('pending', 'captured', 'failed', 'closed')),
            ALTER orders_key SET NOT NULL,
            DROP order_id, DROP shop_id, DROP pay_url
    """)
    op.execute("CREATE INDEX charge_part_of_order ON payments.charge_part (order_id)")
    op.execute("""
        CREATE UNIQUE INDEX charge_pending_once ON payments.charge (orders_key, provider, method)
        WHERE state = 'pending'
    """)
    op.execute("CREATE INDEX charge_to_ask ON payments.charge (ask_at) WHERE state = 'pending'")
    op.execute("""
        CREATE TABLE payments.refund (
            shop_id uuid NOT NULL,
            refund_id uuid NOT NULL,
            charge_id uuid NOT NULL,
            order_id uuid NOT NULL,
            provider text NOT NULL,
            amount_minor bigint NOT NULL CHECK (amount_minor > 0),
            currency text NOT NULL,
            reason text NOT NULL,
            state text NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed')),
            requested_at timestamptz NOT NULL,
            settled_at timestamptz,
            try_at timestamptz,
            times_tried smallint NOT NULL DEFAULT 0,
            detail text NOT NULL DEFAULT '',
            PRIMARY KEY (shop_id, refund_id),
            FOREIGN KEY (charge_id, order_id) REFERENCES payments.charge_part
        ) WITH (fillfactor = 85)
    """)
    op.execute("CREATE UNIQUE INDEX refund_by_id ON payments.refund (refund_id)")
    op.execute("CREATE INDEX refund_of_order ON payments.refund (order_id)")
    op.execute("CREATE INDEX refund_to_try ON payments.refund (try_at) WHERE state = 'pending'")
