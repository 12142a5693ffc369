"""A shop's refunds are listed by walking one index from where the page begins."""

from alembic import op

revision = "0061"
down_revision = "0046"


def upgrade() -> None:
    """An index for the refunds of a shop."""
    op.execute("CREATE INDEX refund_of_shop ON payments.refund (shop_id, refund_id)")
