"""Links by which a host shows the report of a room to who has no account here."""

from alembic import op

revision = "0320"
down_revision = "0280"


def upgrade() -> None:
    """One row a link; its secret can be shown again to who may share, and is looked up by its hash."""
    op.execute("""
        CREATE TABLE insights.report_link (
            link_id uuid PRIMARY KEY,
            room_id uuid NOT NULL,
            shop_id uuid,
            token_hash bytea NOT NULL,
            sealed_token bytea NOT NULL,
            parts text[] NOT NULL,
            made_by uuid NOT NULL,
            made_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            ended_at timestamptz
        )
    """)
    op.execute("CREATE UNIQUE INDEX report_link_by_token ON insights.report_link (token_hash)")
    op.execute("CREATE INDEX report_link_of_room ON insights.report_link (room_id, link_id)")
    op.execute("CREATE INDEX report_link_of_maker ON insights.report_link (made_by)")
    op.execute("CREATE INDEX report_link_by_age ON insights.report_link (expires_at)")
