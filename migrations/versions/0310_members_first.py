"""Flash sales that members of a shop's fan club may buy from before others; badges in rooms."""

from alembic import op

revision = "0310"
down_revision = "0290"


def upgrade() -> None:
    """Where no early access is said, `starts_at` holds for all, as before."""
    op.execute("""
        ALTER TABLE promotion.flash_sale
            ADD COLUMN opens_at timestamptz,
            ADD COLUMN early_level smallint CHECK (early_level BETWEEN 1 AND 6),
            ADD CHECK ((opens_at IS NULL) = (early_level IS NULL)),
            ADD CHECK (opens_at < starts_at)
    """)
    op.execute("DROP INDEX promotion.flash_sale_to_announce")
    op.execute("""
        CREATE INDEX flash_sale_to_announce ON promotion.flash_sale ((coalesce(opens_at, starts_at)))
        WHERE announced_at IS NULL AND ended_at IS NULL
    """)
    op.execute("""
        CREATE TABLE promotion.standing (
            shop_id uuid NOT NULL,
            account_id uuid NOT NULL,
            level smallint NOT NULL CHECK (level BETWEEN 1 AND 6),
            PRIMARY KEY (shop_id, account_id)
        )
    """)
    op.execute("CREATE INDEX standing_of_account ON promotion.standing (account_id)")
    op.execute("""
        CREATE TABLE live.club_look (
            shop_id uuid PRIMARY KEY,
            word text NOT NULL,
            colours text[] NOT NULL
        )
    """)
