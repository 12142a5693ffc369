"""Results of goods that are sold elsewhere."""

from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """One row for each order placed elsewhere, as its platform last told of it."""
    op.execute("""
        CREATE TABLE imports.external_order (
            shop_id uuid NOT NULL,
            source_id uuid NOT NULL,
            external_id text NOT NULL,
            state text NOT NULL CHECK (state IN ('paid', 'cancelled', 'refunded')),
            product_id uuid,
            room_id uuid,
            creator_id uuid,
            quantity integer NOT NULL CHECK (quantity > 0),
            amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
            currency text NOT NULL,
            placed_at timestamptz NOT NULL,
            told_at timestamptz NOT NULL,
            PRIMARY KEY (source_id, external_id)
        )
    """)
    op.execute("CREATE INDEX external_order_of_shop ON imports.external_order (shop_id, placed_at)")
