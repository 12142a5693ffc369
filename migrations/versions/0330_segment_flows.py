"""Flows that are limited to a segment, and flows of who comes into one."""

from alembic import op

revision = "0330"
down_revision = "0250"


def upgrade() -> None:
    """A shop has one flow of each kind, and of those about a segment one for each segment."""
    op.execute("ALTER TABLE outreach.campaign ADD COLUMN again_days smallint NOT NULL DEFAULT 30")
    op.execute("DROP INDEX outreach.flow_once")
    op.execute("""
        CREATE UNIQUE INDEX flow_once ON outreach.campaign
            (shop_id, trigger, (CASE WHEN trigger = 'segment_joined' THEN segment ELSE '' END))
        WHERE trigger NOT IN ('once', 'fan')
    """)
    # Who is in the segment of a flow; joined_at is null for who was in it when the flow first looked.
    op.execute("""
        CREATE TABLE outreach.member (
            campaign_id uuid NOT NULL REFERENCES outreach.campaign,
            account_id uuid NOT NULL,
            joined_at timestamptz,
            PRIMARY KEY (campaign_id, account_id)
        )
    """)
    op.execute("""
        CREATE INDEX member_joined ON outreach.member (campaign_id, joined_at) WHERE joined_at IS NOT NULL
    """)
    op.execute("CREATE INDEX member_account ON outreach.member (account_id)")
    op.execute("""
        CREATE TABLE outreach.sweep (
            campaign_id uuid PRIMARY KEY REFERENCES outreach.campaign,
            mark text NOT NULL,
            place uuid NOT NULL,
            is_first boolean NOT NULL,
            due_at timestamptz NOT NULL
        )
    """)
