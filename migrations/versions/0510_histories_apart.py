"""What conditions ask of a fan's purchases has rows of its own, so that counting a purchase writes a narrow row."""

from alembic import op

revision = "0510"
down_revision = "0462"


def upgrade() -> None:
    """The worker writes them anew; until then, conditions look at the purchases themselves."""
    op.execute("""
        ALTER TABLE fans.fan
            DROP COLUMN purchase_days,
            DROP COLUMN running_minor,
            DROP COLUMN product_ids,
            DROP COLUMN product_days,
            ADD COLUMN changes bigint NOT NULL DEFAULT 0
    """)
    op.execute("""
        CREATE TABLE fans.history (
            shop_id uuid,
            account_id uuid,
            changes bigint NOT NULL,
            purchase_days date[] NOT NULL,
            running_minor bigint[] NOT NULL,
            product_ids uuid[] NOT NULL,
            product_days date[] NOT NULL,
            PRIMARY KEY (shop_id, account_id)
        )
    """)
