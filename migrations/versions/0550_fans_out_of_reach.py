"""Who cannot be reached by any way of a message is passed over for that reason."""

from alembic import op

revision = "0550"
down_revision = "0541"


def upgrade() -> None:
    """No row changes: what is stored already keeps to the new reasons too."""
    op.execute("ALTER TABLE outreach.recipient DROP CONSTRAINT recipient_skipped_check")
    op.execute("""
        ALTER TABLE outreach.recipient ADD CONSTRAINT recipient_skipped_check
        CHECK (skipped IN ('capped', 'opted_out', 'unreachable')) NOT VALID
    """)
