"""Above a set rate visitors are kept as a sample: a row says what it stands for, a place whether it is whole."""

from alembic import op

revision = "0291"
down_revision = "0311"


def upgrade() -> None:
    """Every row until now stands for itself."""
    op.execute("ALTER TABLE insights.behaviour ADD COLUMN weight smallint NOT NULL DEFAULT 1 CHECK (weight >= 1)")
    for table in ("room_visit", "video_visit"):
        op.execute(
            f"ALTER TABLE insights.{table} ADD COLUMN sampled_acts bigint NOT NULL DEFAULT 0, "
            "ADD COLUMN sampled_rows bigint NOT NULL DEFAULT 0"
        )
