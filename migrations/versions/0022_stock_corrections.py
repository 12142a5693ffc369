"""Corrections of stock are safe to be sent again."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Remember in the journal under which key a correction was asked for."""
    op.execute("ALTER TABLE catalog.stock_journal ADD request_key text")
    op.execute("""
        CREATE UNIQUE INDEX stock_journal_once_a_key ON catalog.stock_journal (sku_id, request_key, changed_by)
            WHERE request_key IS NOT NULL
    """)
