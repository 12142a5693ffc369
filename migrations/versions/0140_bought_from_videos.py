"""Lines of orders and carts know the short video from whose bag they were bought, and at which of its moments."""

from alembic import op

revision = "0140"
down_revision = "0100"


def upgrade() -> None:
    """Deepen orders; what was bought before was bought in rooms or outside of them."""
    op.execute("""
        ALTER TABLE orders.line ADD video_id uuid, ADD video_at_ms integer,
            ADD CONSTRAINT line_has_one_place CHECK (num_nonnulls(room_id, video_id) <= 1) NOT VALID
    """)
    op.execute("ALTER TABLE orders.cart_item ADD video_id uuid, ADD video_at_ms integer")
    op.execute("CREATE INDEX line_of_video ON orders.line (video_id, order_id) WHERE video_id IS NOT NULL")
