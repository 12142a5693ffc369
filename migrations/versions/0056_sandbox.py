"""Shops for programs to be tried in."""

from alembic import op

revision = "0056"
down_revision = "0061"


def upgrade() -> None:
    """Mark them and their rooms; note whose they are."""
    op.execute("ALTER TABLE shops.shop ADD COLUMN is_sandbox boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE live.room ADD COLUMN is_listed boolean NOT NULL DEFAULT true")
    op.execute("""
        CREATE TABLE apps.sandbox (
            developer_id uuid PRIMARY KEY,
            shop_id uuid NOT NULL UNIQUE,
            person_id uuid NOT NULL,
            address_id uuid NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )
    """)
