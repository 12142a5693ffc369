"""Fans of creators who have no shop."""

from alembic import op

revision = "0491"
down_revision = "0480"


def upgrade() -> None:
    """Who follows them, was with them, and bought what brings them a commission."""
    op.execute("""
        CREATE TABLE fans.creator_purchase (
            creator_id uuid NOT NULL,
            account_id uuid NOT NULL,
            order_id uuid NOT NULL,
            place_id uuid,
            paid_at timestamptz NOT NULL,
            gmv_minor bigint NOT NULL,
            returned_minor bigint NOT NULL,
            is_counted boolean NOT NULL,
            PRIMARY KEY (creator_id, account_id, order_id)
        ) WITH (fillfactor = 85)
    """)
    op.execute("CREATE INDEX creator_purchase_of_order ON fans.creator_purchase (order_id)")
    op.execute("""
        CREATE TABLE fans.creator_fan (
            creator_id uuid NOT NULL,
            account_id uuid NOT NULL,
            followed_at timestamptz,
            first_at timestamptz,
            seen_at timestamptz,
            views integer NOT NULL,
            watch_s bigint NOT NULL,
            comments integer NOT NULL,
            likes integer NOT NULL,
            orders integer NOT NULL,
            spent_minor bigint NOT NULL,
            bought_first_at timestamptz,
            bought_at timestamptz,
            since timestamptz NOT NULL
                GENERATED ALWAYS AS (least(followed_at, first_at, bought_first_at)) STORED,
            latest_at timestamptz NOT NULL
                GENERATED ALWAYS AS (greatest(followed_at, seen_at, bought_at)) STORED,
            PRIMARY KEY (creator_id, account_id)
        ) WITH (fillfactor = 70)
    """)
    for name in ("latest_at", "spent_minor", "watch_s"):
        op.execute(f"CREATE INDEX creator_fan_by_{name} ON fans.creator_fan (creator_id, {name} DESC, account_id)")
