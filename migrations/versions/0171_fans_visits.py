"""Rooms and videos that fans watched."""

from alembic import op

revision = "0171"
down_revision = "0180"


def upgrade() -> None:
    """One row a fan and place; what pages told of it is added up."""
    op.execute("""
        CREATE TABLE fans.visit (
            shop_id uuid NOT NULL,
            account_id uuid NOT NULL,
            place_id uuid NOT NULL,
            is_room boolean NOT NULL,
            views integer NOT NULL,
            watch_s bigint NOT NULL,
            seen_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, account_id, place_id)
        ) WITH (fillfactor = 70)
    """)
