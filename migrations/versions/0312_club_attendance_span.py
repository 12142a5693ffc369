"""When a day's attendance began and ended: nobody has watched longer than between the two, whatever pages tell."""

from alembic import op

revision = "0312"
down_revision = "0331"


def upgrade() -> None:
    """What was gathered before counts as watched up to now."""
    op.execute("""
        ALTER TABLE club.attendance
            ADD COLUMN first_at timestamptz NOT NULL DEFAULT now(),
            ADD COLUMN last_at timestamptz NOT NULL DEFAULT now()
    """)
    op.execute("UPDATE club.attendance SET first_at = last_at - make_interval(secs => watch_s)")
    op.execute("ALTER TABLE club.attendance ALTER COLUMN first_at DROP DEFAULT, ALTER COLUMN last_at DROP DEFAULT")
