"""Flows that remind a segment of each room that a shop plans."""

from alembic import op

revision = "0462"
down_revision = "0461"


def upgrade() -> None:
    """A flow says when it speaks of a room; what it has spoken of is noted, so that nobody is looked through again."""
    op.execute("ALTER TABLE outreach.campaign ADD COLUMN at_announcement boolean NOT NULL DEFAULT false")
    op.execute("""
        ALTER TABLE outreach.campaign ADD COLUMN minutes_before integer CHECK (minutes_before BETWEEN 5 AND 10080)
    """)
    op.execute("""
        CREATE TABLE outreach.called (
            campaign_id uuid NOT NULL REFERENCES outreach.campaign,
            room_id uuid NOT NULL,
            is_soon boolean NOT NULL,
            at timestamptz NOT NULL,
            PRIMARY KEY (campaign_id, room_id, is_soon)
        )
    """)
