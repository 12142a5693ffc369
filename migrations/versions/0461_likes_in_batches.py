"""A like says whether the film's counter has it, so that counting can come later and twice."""

from alembic import op

revision = "0461"
down_revision = "0460"


def upgrade() -> None:
    """What is liked now is counted now; one slot keeps a film's likes, as one consumer alone counts them."""
    op.execute("ALTER TABLE content.video_like ADD COLUMN is_liked boolean NOT NULL DEFAULT true")
    op.execute("ALTER TABLE content.video_like ADD COLUMN is_counted boolean NOT NULL DEFAULT true")
    op.execute("ALTER TABLE content.video_like ALTER COLUMN is_counted SET DEFAULT false")
    op.execute("ALTER TABLE content.video_like SET (fillfactor = 80)")
    op.execute("""
        INSERT INTO content.video_count AS counter (video_id, slot, likes)
        SELECT video_id, 0, sum(likes) FROM content.video_count WHERE likes > 0 GROUP BY video_id
        ON CONFLICT (video_id, slot) DO UPDATE SET likes = excluded.likes
    """)
    op.execute("UPDATE content.video_count SET likes = 0 WHERE slot <> 0 AND likes <> 0")
