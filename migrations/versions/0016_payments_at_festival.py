"""One charge for several orders, refunds that take their time, an inbox, the sandbox's books."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Deepen payments."""
    _deepen_charges()
    _add_refunds()
    _add_inbox()
    _add_sandbox_books()


def _deepen_charges() -> None:
    op.execute("""
        ALTER TABLE payments.charge
            ADD method text NOT NULL DEFAULT 'page',
            ADD orders_key uuid,
            ADD action jsonb,
            ADD provider_ref text,
            ADD captured_at timestamptz,
            ADD ask_at timestamptz,
            ADD times_asked smallint NOT NULL DEFAULT 0,
            ADD close_at timestamptz,
            ADD times_closed smallint NOT NULL DEFAULT 0
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
    op.execute("DROP INDEX payments.charge_of_order, payments.charge_pending_once")
    op.execute("ALTER TABLE payments.charge DROP CONSTRAINT charge_state_check")
    op.execute("""
        UPDATE payments.charge SET orders_key = order_id,
            captured_at = CASE WHEN state IN ('captured', 'refunded') THEN changed_at END,
            state = CASE state WHEN 'refunded' THEN 'captured' ELSE state END,
            ask_at = CASE state WHEN 'pending' THEN now() END,
            action = CASE WHEN pay_url IS NOT NULL THEN jsonb_build_object('kind', 'page', 'url', pay_url) END
    """)
    op.execute("""
        ALTER TABLE payments.charge
            ADD CONSTRAINT charge_state_check CHECK (state IN ('pending', 'captured', 'failed', 'closed')),
            ADD CONSTRAINT captured_has_its_time CHECK ((state = 'captured') = (captured_at IS NOT NULL)),
            ALTER orders_key SET NOT NULL,
            DROP order_id, DROP shop_id, DROP pay_url
    """)
    op.execute("CREATE INDEX charge_part_of_order ON payments.charge_part (order_id)")
    op.execute("""
        CREATE UNIQUE INDEX charge_pending_once ON payments.charge (orders_key, provider, method)
        WHERE state = 'pending'
    """)
    op.execute("CREATE INDEX charge_to_ask ON payments.charge (ask_at) WHERE ask_at IS NOT NULL")
    op.execute("CREATE INDEX charge_to_close ON payments.charge (close_at) WHERE close_at IS NOT NULL")
    op.execute("CREATE INDEX charge_captured ON payments.charge (captured_at) WHERE captured_at IS NOT NULL")
    op.execute("CREATE INDEX charge_of_payer ON payments.charge (payer_id, captured_at) WHERE captured_at IS NOT NULL")


def _add_refunds() -> None:
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
            is_under_way boolean NOT NULL DEFAULT false,
            attempt smallint NOT NULL DEFAULT 1,
            detail text NOT NULL DEFAULT '',
            PRIMARY KEY (shop_id, refund_id),
            CONSTRAINT settled_has_its_time CHECK ((state = 'pending') = (settled_at IS NULL)),
            FOREIGN KEY (charge_id, order_id) REFERENCES payments.charge_part
        ) WITH (fillfactor = 85)
    """)
    op.execute("CREATE UNIQUE INDEX refund_by_id ON payments.refund (refund_id)")
    op.execute("CREATE INDEX refund_of_order ON payments.refund (order_id)")
    op.execute("CREATE INDEX refund_of_charge ON payments.refund (charge_id)")
    op.execute("CREATE INDEX refund_to_try ON payments.refund (try_at) WHERE try_at IS NOT NULL")
    op.execute("CREATE INDEX refund_failed ON payments.refund (refund_id) WHERE state = 'failed'")
    op.execute("CREATE INDEX refund_settled ON payments.refund (settled_at) WHERE state = 'succeeded'")


def _add_inbox() -> None:
    # The provider's message is kept whatever it is about, so it names no row of ours.
    op.execute("""
        ALTER TABLE payments.notice
            DROP CONSTRAINT notice_charge_id_fkey,
            ADD body jsonb,
            ADD handled_at timestamptz,
            ADD refused text
    """)
    op.execute("ALTER TABLE payments.notice RENAME charge_id TO subject_id")
    op.execute("UPDATE payments.notice SET handled_at = received_at, body = '{}'")
    op.execute("""
        ALTER TABLE payments.notice
            ALTER body SET NOT NULL,
            ADD kind text NOT NULL DEFAULT 'payment' CHECK (kind IN ('payment', 'refund'))
    """)
    op.execute("CREATE INDEX notice_to_handle ON payments.notice (received_at) WHERE handled_at IS NULL")
    op.execute("CREATE INDEX notice_refused ON payments.notice (received_at) WHERE refused IS NOT NULL")


def _add_sandbox_books() -> None:
    op.execute("""
        CREATE TABLE payments.sandbox_charge (
            charge_id uuid PRIMARY KEY,
            amount_minor bigint NOT NULL,
            currency text NOT NULL,
            state text NOT NULL CHECK (state IN ('captured', 'failed', 'closed')),
            decided_at timestamptz NOT NULL,
            refund_plan text NOT NULL DEFAULT 'succeed' CHECK (refund_plan IN ('succeed', 'fail', 'wait'))
        )
    """)
    op.execute("CREATE INDEX sandbox_charge_of_day ON payments.sandbox_charge (decided_at) WHERE state = 'captured'")
    op.execute("""
        CREATE TABLE payments.sandbox_refund (
            refund_id uuid PRIMARY KEY,
            charge_id uuid NOT NULL REFERENCES payments.sandbox_charge,
            amount_minor bigint NOT NULL,
            currency text NOT NULL,
            state text NOT NULL CHECK (state IN ('pending', 'succeeded', 'failed')),
            refunded_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX sandbox_refund_of_charge ON payments.sandbox_refund (charge_id)")
    op.execute("CREATE INDEX sandbox_refund_of_day ON payments.sandbox_refund (refunded_at) WHERE state = 'succeeded'")
    op.execute("""
        CREATE TABLE payments.sandbox_callback (
            callback_id uuid PRIMARY KEY,
            notice_id text NOT NULL,
            body bytea NOT NULL,
            deliver_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX sandbox_callback_due ON payments.sandbox_callback (deliver_at)")
