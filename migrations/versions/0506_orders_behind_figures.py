"""Orders are found by coupon, by category and by the day of a refund, as the figures count them."""

from alembic import op

revision = "0506"
down_revision = "0501"


def upgrade() -> None:
    """Only orders with a coupon pay for its index. Categories join the tokens: all orders are sorted in once more."""
    op.execute(
        "CREATE INDEX order_of_coupon ON orders.order (shop_id, coupon_id, order_id) WHERE coupon_id IS NOT NULL"
    )
    op.execute("CREATE INDEX line_refund_when ON orders.line_refund (shop_id, refunded_at)")
    op.execute("UPDATE orders.search_fill SET below = 'ffffffff-ffff-ffff-ffff-ffffffffffff'")
