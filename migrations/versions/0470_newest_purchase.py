"""A fan's row says when their newest purchase was paid, so that nobody looks whether a newer one was counted."""

from alembic import op

revision = "0470"
down_revision = "0490"


def upgrade() -> None:
    """Counted or not, unlike `last_at`; null: none."""
    op.execute("ALTER TABLE fans.fan ADD COLUMN newest_at timestamptz")
    op.execute("""
        UPDATE fans.fan SET newest_at = newest.at FROM (
            SELECT shop_id, account_id, max(paid_at) AS at FROM fans.purchase GROUP BY 1, 2
        ) AS newest WHERE (fan.shop_id, fan.account_id) = (newest.shop_id, newest.account_id)
    """)
