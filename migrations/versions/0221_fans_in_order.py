"""Purchases lie in the order of their payment; a fan's row says when the last occasion began."""

from alembic import op

revision = "0221"
down_revision = "0241"


def upgrade() -> None:
    """The newest purchases of a fan are found without reading the others."""
    op.execute("ALTER TABLE fans.purchase DROP CONSTRAINT purchase_pkey")
    op.execute("ALTER TABLE fans.purchase ADD PRIMARY KEY (shop_id, account_id, paid_at, order_id)")
    op.execute("ALTER TABLE fans.fan ADD COLUMN occasion_at timestamptz")
    op.execute("""
        UPDATE fans.fan SET occasion_at = (
            SELECT max(paid_at) FROM fans.purchase
            WHERE (purchase.shop_id, purchase.account_id) = (fan.shop_id, fan.account_id) AND is_counted AND starts
        ) WHERE orders > 0
    """)
