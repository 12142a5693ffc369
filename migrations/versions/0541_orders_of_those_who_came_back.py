"""The orders with which fans came back are read along an index of their own, the newest first."""

from alembic import op

revision = "0541"
down_revision = "0540"


def upgrade() -> None:
    """One entry for each fan who came back; no other purchase is in it."""
    op.execute("""
        CREATE INDEX purchase_of_return ON fans.purchase (shop_id, order_id)
        WHERE is_counted AND starts AND occasion = 2
    """)
