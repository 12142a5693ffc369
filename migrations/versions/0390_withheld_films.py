"""Films that viewers may not be served, because their video is not published."""

from alembic import op

revision = "0390"
down_revision = "0395"


def upgrade() -> None:
    """Mark what is not published now."""
    op.execute("ALTER TABLE media.vod ADD COLUMN is_withheld boolean NOT NULL DEFAULT false")
    op.execute(
        """
        UPDATE media.vod SET is_withheld = true FROM content.video
        WHERE video.vod_id = vod.vod_id AND video.state <> 'published'
        """
    )
