"""Birthdays that accounts may give, and what outreach knows of goods: who looked, what is back, what costs less."""

from alembic import op

revision = "0241"
down_revision = "0220"


def upgrade() -> None:
    """Accounts may name a day; outreach keeps looks, sold-out goods and their turns."""
    op.execute(r"""
        ALTER TABLE accounts.account ADD COLUMN birthday text CHECK (birthday ~ '^\d\d-\d\d$')
    """)
    op.execute("""
        CREATE INDEX account_born_on ON accounts.account (birthday, account_id) WHERE birthday IS NOT NULL
    """)
    op.execute("""
        CREATE TABLE outreach.watched (
            shop_id uuid NOT NULL,
            product_id uuid NOT NULL,
            account_id uuid NOT NULL,
            seen_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, product_id, account_id)
        )
    """)
    op.execute("CREATE INDEX watched_at ON outreach.watched (seen_at)")
    op.execute("CREATE INDEX watched_by ON outreach.watched (account_id)")
    op.execute("CREATE TABLE outreach.sold_out (product_id uuid PRIMARY KEY, since timestamptz NOT NULL)")
    op.execute("""
        CREATE TABLE outreach.turn (
            shop_id uuid NOT NULL,
            product_id uuid NOT NULL,
            kind text NOT NULL CHECK (kind IN ('back_in_stock', 'price_drop')),
            at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, kind, at, product_id)
        )
    """)
