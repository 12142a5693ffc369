"""Operators end rooms that break the rules; each such deed is noted."""

from alembic import op

revision = "0500"
down_revision = "0462"

STATEMENTS = (
    "ALTER TABLE content.report DROP CONSTRAINT report_decision_check",
    """
    ALTER TABLE content.report ADD CONSTRAINT report_decision_check
        CHECK (decision IN ('taken_down', 'comment_removed', 'dismissed', 'ended', 'warned'))
    """,
    """
    CREATE TABLE content.room_ruling (
        ruling_id uuid PRIMARY KEY,
        room_id uuid NOT NULL,
        host_id uuid NOT NULL,
        operator_id uuid NOT NULL,
        measure text NOT NULL CHECK (measure IN ('ended', 'warned')),
        rule text NOT NULL,
        note text NOT NULL
    )
    """,
    "CREATE INDEX room_ruling_room_idx ON content.room_ruling (room_id, ruling_id)",
    "CREATE INDEX room_ruling_host_idx ON content.room_ruling (host_id)",
)


def upgrade() -> None:
    """A report may end with the end of a room; the log of these is only added to."""
    for statement in STATEMENTS:
        op.execute(statement)
