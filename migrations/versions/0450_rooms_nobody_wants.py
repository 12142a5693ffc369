"""Rooms in the feed are dismissed and reported as films are."""

from alembic import op

revision = "0450"
down_revision = "0491"

STATEMENTS = (
    "ALTER TABLE feed.dismissal RENAME COLUMN video_id TO place_id",
    "ALTER INDEX feed.dismissal_of_video RENAME TO dismissal_of_place",
    "ALTER TABLE content.report ALTER COLUMN video_id DROP NOT NULL",
    "ALTER TABLE content.report ADD COLUMN room_id uuid",
    "ALTER TABLE content.report ADD CONSTRAINT report_of_one_place CHECK (num_nonnulls(video_id, room_id) = 1)",
    "ALTER TABLE content.report DROP CONSTRAINT report_once",
    """
    ALTER TABLE content.report ADD CONSTRAINT report_once
        UNIQUE NULLS NOT DISTINCT (video_id, account_id, comment_id, room_id)
    """,
    "CREATE INDEX report_room_idx ON content.report (room_id) WHERE room_id IS NOT NULL",
)


def upgrade() -> None:
    """A dismissal is of a place, a video or a room; a report too."""
    for statement in STATEMENTS:
        op.execute(statement)
