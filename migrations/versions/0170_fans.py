"""Tables of the module fans."""

from alembic import op

revision = "0170"
down_revision = "0131"

TABLES = (
    # An order as it is now, with its place among the fan's others; what was counted of it is in the cells.
    """
    CREATE TABLE fans.purchase (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        order_id uuid NOT NULL,
        paid_at timestamptz NOT NULL,
        day date NOT NULL,
        is_counted boolean NOT NULL,
        gmv_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        room_id uuid,
        video_id uuid,
        product_ids uuid[] NOT NULL,
        categories text[] NOT NULL,
        coupon_id uuid,
        nth integer NOT NULL,
        occasion integer NOT NULL,
        starts boolean NOT NULL,
        opens_month boolean NOT NULL,
        first_day date NOT NULL,
        back_days integer,
        PRIMARY KEY (shop_id, account_id, order_id)
    ) WITH (fillfactor = 85)
    """,
    """
    CREATE TABLE fans.fan (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        orders integer NOT NULL DEFAULT 0,
        paid_orders integer NOT NULL DEFAULT 0,
        occasions integer NOT NULL DEFAULT 0,
        spent_minor bigint NOT NULL DEFAULT 0,
        gmv_minor bigint NOT NULL DEFAULT 0,
        returned_minor bigint NOT NULL DEFAULT 0,
        first_at timestamptz,
        last_at timestamptz,
        first_day date,
        last_day date,
        segment text NOT NULL,
        segment_since date NOT NULL,
        moves_on date,
        followed_at timestamptz,
        views integer NOT NULL DEFAULT 0,
        watch_s bigint NOT NULL DEFAULT 0,
        comments integer NOT NULL DEFAULT 0,
        seen_at timestamptz,
        PRIMARY KEY (shop_id, account_id)
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX fan_in_segment ON fans.fan (shop_id, segment, spent_minor DESC, account_id)",
    "CREATE INDEX fan_to_move ON fans.fan (moves_on) WHERE moves_on IS NOT NULL",
    """
    CREATE TABLE fans.move (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        move_id uuid NOT NULL DEFAULT uuidv7(),
        moved_on date NOT NULL,
        from_segment text,
        to_segment text NOT NULL,
        PRIMARY KEY (shop_id, account_id, move_id)
    )
    """,
    """
    CREATE TABLE fans.segment_size (
        shop_id uuid NOT NULL,
        segment text NOT NULL,
        fans bigint NOT NULL,
        PRIMARY KEY (shop_id, segment)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE fans.threshold (
        shop_id uuid PRIMARY KEY,
        new_days integer NOT NULL,
        slipping_days integer NOT NULL,
        lost_days integer NOT NULL,
        loyal_occasions integer NOT NULL,
        big_spent_minor bigint NOT NULL,
        returner_bp integer NOT NULL,
        by_quantiles boolean NOT NULL,
        is_applied boolean NOT NULL DEFAULT false,
        applied_after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        reckoned_on date
    )
    """,
    """
    CREATE TABLE fans.cohort (
        shop_id uuid NOT NULL,
        first_month date NOT NULL,
        age integer NOT NULL,
        buyers bigint NOT NULL,
        orders bigint NOT NULL,
        gmv_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        PRIMARY KEY (shop_id, first_month, age)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE fans.first_day (
        shop_id uuid NOT NULL,
        day date NOT NULL,
        fans bigint NOT NULL,
        back_30 bigint NOT NULL,
        back_60 bigint NOT NULL,
        back_90 bigint NOT NULL,
        back_180 bigint NOT NULL,
        back_365 bigint NOT NULL,
        back_ever bigint NOT NULL,
        PRIMARY KEY (shop_id, day)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE fans.bringer (
        shop_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('product', 'room', 'video', 'source')),
        key text NOT NULL,
        month date NOT NULL,
        orders bigint NOT NULL,
        firsts bigint NOT NULL,
        back_30 bigint NOT NULL,
        back_60 bigint NOT NULL,
        back_90 bigint NOT NULL,
        back_180 bigint NOT NULL,
        back_365 bigint NOT NULL,
        back_ever bigint NOT NULL,
        PRIMARY KEY (shop_id, kind, key, month)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE fans.pause (
        shop_id uuid NOT NULL,
        month date NOT NULL,
        days integer NOT NULL,
        pauses bigint NOT NULL,
        PRIMARY KEY (shop_id, month, days)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE fans.note (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        note_id uuid NOT NULL,
        author_id uuid NOT NULL,
        author_name text NOT NULL,
        text text NOT NULL,
        noted_at timestamptz NOT NULL,
        PRIMARY KEY (shop_id, account_id, note_id)
    )
    """,
    """
    CREATE TABLE fans.tag (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        tag text NOT NULL,
        PRIMARY KEY (shop_id, account_id, tag)
    )
    """,
)


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA fans")
    for table in TABLES:
        op.execute(table)
