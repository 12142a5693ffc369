"""Messages to one fan stand beside campaigns that are sent once; flows stay one of a kind."""

from alembic import op

revision = "0240"
down_revision = "0160"


def upgrade() -> None:
    """Only flows are one of a kind in a shop."""
    op.execute("DROP INDEX outreach.flow_once")
    op.execute("""
        CREATE UNIQUE INDEX flow_once ON outreach.campaign (shop_id, trigger) WHERE trigger NOT IN ('once', 'fan')
    """)
