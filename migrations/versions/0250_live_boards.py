"""What a room's board shows beside its figures: who watched for a minute, who came signed in, who began to follow."""

from alembic import op

revision = "0250"
down_revision = "0243"


def upgrade() -> None:
    """Add what is new, and count what is known already."""
    op.execute("ALTER TABLE insights.room_visit ADD COLUMN watched_minute bigint NOT NULL DEFAULT 0")
    op.execute("""
        UPDATE insights.room_visit AS visit SET watched_minute = known.people FROM (
            SELECT room_id, count(*) AS people FROM insights.room_viewer WHERE watch_s >= 60 GROUP BY room_id
        ) AS known WHERE known.room_id = visit.room_id
    """)
    op.execute("""
        CREATE TABLE insights.room_account (
            room_id uuid NOT NULL,
            account_id uuid NOT NULL,
            PRIMARY KEY (room_id, account_id)
        )
    """)
    op.execute("""
        INSERT INTO insights.room_account SELECT DISTINCT room_id, account_id FROM insights.behaviour
        WHERE room_id IS NOT NULL AND account_id IS NOT NULL AND kind = 'entered'
    """)
    op.execute("CREATE INDEX room_account_of_account ON insights.room_account (account_id)")
    op.execute("CREATE INDEX follow_of_creator ON content.follow (creator_id, since)")
