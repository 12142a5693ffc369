"""Who signs in while in a room was there too: often it is only to buy."""

from alembic import op

revision = "0530"
down_revision = "0520"


def upgrade() -> None:
    """As far as what pages told is kept; as visit_rules.moment_of has it, a picture further behind is a replay."""
    op.execute("""
        INSERT INTO insights.room_account (room_id, account_id, entered_at)
        SELECT room_id, account_id, min(
            CASE WHEN abs(extract(epoch FROM at - media_at)) <= 120 THEN media_at ELSE at END
        )
        FROM insights.behaviour
        WHERE room_id IS NOT NULL AND account_id IS NOT NULL AND kind <> 'seen' GROUP BY room_id, account_id
        ON CONFLICT (room_id, account_id) DO NOTHING
    """)
