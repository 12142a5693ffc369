"""A campaign that cannot be sent just now is put off, so that others go ahead."""

from alembic import op

revision = "0340"
down_revision = "0320"


def upgrade() -> None:
    """None is."""
    op.execute("ALTER TABLE outreach.campaign ADD COLUMN put_off_until timestamptz")
