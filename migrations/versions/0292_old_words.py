"""What is remembered in order to count once has a time, so that it can be forgotten: viewings, and events handled."""

from alembic import op

revision = "0292"
down_revision = "0291"


def upgrade() -> None:
    """Of the viewings known until now nobody knows when they were; their time begins today."""
    op.execute(
        "ALTER TABLE surfacing.viewing "
        "ADD COLUMN last_day integer NOT NULL DEFAULT floor(extract(epoch FROM now()) / 86400)::integer"
    )
    op.execute("ALTER TABLE surfacing.viewing ALTER COLUMN last_day DROP DEFAULT")
    op.execute("CREATE INDEX viewing_by_day ON surfacing.viewing USING brin (last_day)")
    op.execute("CREATE INDEX inbox_by_time ON infra.inbox USING brin (handled_at)")
