"""Notices that the platform makes by itself, about one thing, and takes back when that is well again."""

from alembic import op

revision = "0075"
down_revision = "0044"


def upgrade() -> None:
    """A notice has an author or a subject."""
    op.execute("""
        ALTER TABLE shops.rule_notice
        ADD COLUMN subject_id uuid,
        ALTER COLUMN written_by DROP NOT NULL,
        ADD CONSTRAINT rule_notice_has_author_or_subject CHECK ((written_by IS NULL) = (subject_id IS NOT NULL))
    """)
    op.execute("CREATE UNIQUE INDEX rule_notice_subject ON shops.rule_notice (subject_id) WHERE subject_id IS NOT NULL")
