"""Tables of the module payments."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA payments")
    # Providers name our charge and nothing else, so its id alone is the key.
    op.execute("""
        CREATE TABLE payments.charge (
            charge_id uuid PRIMARY KEY,
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            payer_id uuid NOT NULL,
            provider text NOT NULL,
            amount_minor bigint NOT NULL CHECK (amount_minor > 0),
            currency text NOT NULL,
            state text NOT NULL CHECK (state IN ('pending', 'captured', 'failed', 'refunded')),
            pay_url text,
            created_at timestamptz NOT NULL,
            changed_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX charge_of_order ON payments.charge (order_id)")
    op.execute("""
        CREATE UNIQUE INDEX charge_pending_once ON payments.charge (order_id, provider) WHERE state = 'pending'
    """)
    op.execute("""
        CREATE TABLE payments.notice (
            provider text NOT NULL,
            notice_id text NOT NULL,
            charge_id uuid NOT NULL REFERENCES payments.charge,
            outcome text NOT NULL,
            received_at timestamptz NOT NULL,
            PRIMARY KEY (provider, notice_id)
        )
    """)
    op.execute("CREATE TABLE payments.provider_key (provider text PRIMARY KEY, key bytea NOT NULL)")
