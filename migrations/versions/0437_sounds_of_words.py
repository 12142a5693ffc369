"""Sounds of Chinese words stand among the words by which slips are put right."""

from alembic import op

revision = "0437"
down_revision = "0391"


def upgrade() -> None:
    """A sound has a word that sounds so; `xiaodian search rebuild` adds those of what is indexed already."""
    op.execute("ALTER TABLE search.word ADD COLUMN shown text")
