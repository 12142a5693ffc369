"""Sales that rooms brought to other platforms."""

from alembic import op

revision = "0084"
down_revision = "0083"


def upgrade() -> None:
    """One row for each order of a room, in its newest version: word that comes twice or late makes no difference."""
    op.execute("""
        CREATE TABLE insights.sale_elsewhere (
            order_key text PRIMARY KEY,
            version integer NOT NULL,
            shop_id uuid NOT NULL,
            room_id uuid NOT NULL,
            state text NOT NULL,
            amount_minor bigint NOT NULL,
            currency text NOT NULL
        )
    """)
    op.execute("CREATE INDEX sale_elsewhere_of_room ON insights.sale_elsewhere (room_id, shop_id)")
