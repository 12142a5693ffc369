"""Fan clubs: rules and levels of a shop, its members, and what their points come of."""

from alembic import op

revision = "0311"
down_revision = "0310"

STATEMENTS = (
    "CREATE SCHEMA club",
    """
    CREATE TABLE club.club (
        shop_id uuid PRIMARY KEY,
        is_open boolean NOT NULL,
        name text NOT NULL,
        word text NOT NULL,
        minute_points integer NOT NULL CHECK (minute_points >= 0),
        daily_minutes integer NOT NULL CHECK (daily_minutes BETWEEN 1 AND 1440),
        yuan_points integer NOT NULL CHECK (yuan_points >= 0),
        month_points integer NOT NULL CHECK (month_points >= 0),
        levels jsonb NOT NULL,
        version integer NOT NULL,
        applied_version integer NOT NULL,
        opened_at timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE club.member (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        joined_at timestamptz NOT NULL,
        followed_at timestamptz,
        from_watching bigint NOT NULL,
        from_buying bigint NOT NULL,
        from_following bigint NOT NULL,
        points bigint NOT NULL,
        level smallint NOT NULL CHECK (level BETWEEN 1 AND 6),
        level_at timestamptz NOT NULL,
        version integer NOT NULL,
        recount_at timestamptz,
        PRIMARY KEY (shop_id, account_id)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX member_by_level ON club.member (shop_id, level, points, account_id)",
    "CREATE INDEX member_of_account ON club.member (account_id)",
    "CREATE INDEX member_to_recount ON club.member (recount_at) WHERE recount_at IS NOT NULL",
    """
    CREATE TABLE club.attendance (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        day date NOT NULL,
        watch_s bigint NOT NULL,
        PRIMARY KEY (shop_id, account_id, day)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX attendance_of_account ON club.attendance (account_id)",
    """
    CREATE TABLE club.purchase (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        order_id uuid NOT NULL,
        paid_at timestamptz NOT NULL,
        spent_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        PRIMARY KEY (shop_id, account_id, order_id)
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX purchase_of_account ON club.purchase (account_id)",
)


def upgrade() -> None:
    """Attendance and purchases are facts; a member's points and level are what they add up to by the shop's rules."""
    for statement in STATEMENTS:
        op.execute(statement)
