"""Who was told shortly before a room's plan, reminders on their way, and in which language people are written to."""

from alembic import op

revision = "0460"
down_revision = "0450"


def upgrade() -> None:
    """A reminder goes by each way once; what is on its way is kept beside the campaigns, of which it is none."""
    op.execute("ALTER TABLE content.reminder ADD COLUMN told_soon_at timestamptz")
    op.execute("CREATE INDEX room_to_come ON live.room (planned_at) WHERE state = 'planned'")
    for table in ("push_subscription", "mail_consent"):
        op.execute(f"ALTER TABLE outreach.{table} ADD COLUMN language text NOT NULL DEFAULT 'zh'")
    op.execute("""
        CREATE TABLE outreach.reminder (
            room_id uuid NOT NULL,
            account_id uuid NOT NULL,
            channel text NOT NULL,
            is_on_air boolean NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dropped')),
            given_at timestamptz NOT NULL,
            due_at timestamptz NOT NULL,
            attempts smallint NOT NULL DEFAULT 0,
            reason text,
            PRIMARY KEY (room_id, account_id, channel)
        )
    """)
    op.execute("CREATE INDEX reminder_due ON outreach.reminder (channel, due_at) WHERE state IN ('waiting', 'sending')")
    op.execute("CREATE INDEX reminder_of_account ON outreach.reminder (account_id)")
    op.execute("CREATE INDEX reminder_given ON outreach.reminder (given_at)")
