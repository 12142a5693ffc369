"""Find the orders that were cancelled after they were paid."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """The reconciliation of a day looks whether all of their money went back; there are few among all orders."""
    op.execute("""
        CREATE INDEX order_cancelled_after_payment ON orders.order (closed_at, order_id)
            WHERE state = 'cancelled' AND paid_at IS NOT NULL
    """)
