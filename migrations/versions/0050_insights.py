"""Tables of the module insights."""

from alembic import op

revision = "0050"
down_revision = "0055"

SALES = (
    # What was counted of each line: the same word twice, or late, makes no difference to it.
    """
    CREATE TABLE insights.sale (
        shop_id uuid NOT NULL,
        order_id uuid NOT NULL,
        line_no smallint NOT NULL,
        product_id uuid NOT NULL,
        buyer_id uuid NOT NULL,
        room_id uuid,
        placed_at timestamptz NOT NULL,
        paid_at timestamptz,
        quantity integer NOT NULL,
        gmv_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        PRIMARY KEY (shop_id, order_id, line_no)
    ) WITH (fillfactor = 85)
    """,
    """
    CREATE INDEX sale_of_room ON insights.sale (room_id, product_id, buyer_id) INCLUDE (shop_id, paid_at)
    WHERE room_id IS NOT NULL
    """,
    """
    CREATE TABLE insights.refund (
        shop_id uuid NOT NULL,
        order_id uuid NOT NULL,
        refund_id uuid NOT NULL,
        refunded_at timestamptz NOT NULL,
        refunded_minor bigint NOT NULL,
        PRIMARY KEY (shop_id, order_id, refund_id)
    )
    """,
    """
    CREATE TABLE insights.shop_hour (
        shop_id uuid NOT NULL,
        hour timestamptz NOT NULL,
        orders_placed bigint NOT NULL,
        orders_paid bigint NOT NULL,
        pieces bigint NOT NULL,
        gmv_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        refunds bigint NOT NULL,
        refunded_minor bigint NOT NULL,
        buyers bigint NOT NULL,
        PRIMARY KEY (shop_id, hour)
    ) WITH (fillfactor = 70)
    """,
    # A day of the books; an hour's buyers are those whose first payment of the day fell into it, so that hours add up.
    """
    CREATE TABLE insights.shop_buyer_day (
        shop_id uuid NOT NULL,
        day date NOT NULL,
        buyer_id uuid NOT NULL,
        first_paid_at timestamptz NOT NULL,
        PRIMARY KEY (shop_id, day, buyer_id)
    )
    """,
    """
    CREATE TABLE insights.room_sale_minute (
        room_id uuid NOT NULL,
        shop_id uuid NOT NULL,
        minute timestamptz NOT NULL,
        orders_placed bigint NOT NULL,
        orders_paid bigint NOT NULL,
        pieces bigint NOT NULL,
        gmv_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        PRIMARY KEY (room_id, shop_id, minute)
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX room_sale_minute_of_shop ON insights.room_sale_minute (shop_id, room_id)",
    """
    CREATE TABLE insights.room_product_sale (
        room_id uuid NOT NULL,
        product_id uuid NOT NULL,
        shop_id uuid NOT NULL,
        orders_placed bigint NOT NULL,
        orders_paid bigint NOT NULL,
        pieces bigint NOT NULL,
        gmv_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        PRIMARY KEY (room_id, product_id)
    ) WITH (fillfactor = 70)
    """,
)

LOGS = (
    """
    CREATE TABLE insights.log_position (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        last_seq bigint NOT NULL
    )
    """,
    "INSERT INTO insights.log_position (last_seq) VALUES (0)",
    # How many watch since when: the log tells only of changes.
    """
    CREATE TABLE insights.room_audience (
        room_id uuid PRIMARY KEY,
        is_on_air boolean NOT NULL,
        online integer NOT NULL,
        since timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE insights.room_minute (
        room_id uuid NOT NULL,
        minute timestamptz NOT NULL,
        online_max integer NOT NULL,
        online_ms bigint NOT NULL,
        covered_ms integer NOT NULL,
        comments bigint NOT NULL,
        likes bigint NOT NULL,
        PRIMARY KEY (room_id, minute)
    ) WITH (fillfactor = 70)
    """,
)

BEHAVIOUR = (
    """
    CREATE TABLE insights.behaviour (
        at timestamptz NOT NULL,
        report_id uuid NOT NULL,
        number smallint NOT NULL,
        kind text NOT NULL,
        viewer_id uuid NOT NULL,
        account_id uuid,
        room_id uuid NOT NULL,
        product_id uuid,
        media_at timestamptz,
        watch_s integer NOT NULL,
        PRIMARY KEY (at, report_id, number)
    ) PARTITION BY RANGE (at)
    """,
    "CREATE INDEX behaviour_of_room ON insights.behaviour (room_id, at)",
    "CREATE INDEX behaviour_of_account ON insights.behaviour (account_id, at) WHERE account_id IS NOT NULL",
    """
    CREATE TABLE insights.room_viewer (
        room_id uuid NOT NULL,
        viewer_id uuid NOT NULL,
        steps integer NOT NULL,
        visits integer NOT NULL,
        watch_s integer NOT NULL,
        entered_at timestamptz,
        PRIMARY KEY (room_id, viewer_id)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE insights.room_visit (
        room_id uuid PRIMARY KEY,
        views bigint NOT NULL,
        viewers bigint NOT NULL,
        watch_s bigint NOT NULL,
        saw_card bigint NOT NULL,
        clicked bigint NOT NULL,
        opened_bag bigint NOT NULL,
        viewed_product bigint NOT NULL,
        started_checkout bigint NOT NULL
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE insights.room_visit_minute (
        room_id uuid NOT NULL,
        minute timestamptz NOT NULL,
        views bigint NOT NULL,
        viewers bigint NOT NULL,
        impressions bigint NOT NULL,
        clicks bigint NOT NULL,
        bag_opens bigint NOT NULL,
        product_views bigint NOT NULL,
        checkout_starts bigint NOT NULL,
        PRIMARY KEY (room_id, minute)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE insights.room_product_visit (
        room_id uuid NOT NULL,
        product_id uuid NOT NULL,
        impressions bigint NOT NULL,
        clicks bigint NOT NULL,
        product_views bigint NOT NULL,
        checkout_starts bigint NOT NULL,
        PRIMARY KEY (room_id, product_id)
    ) WITH (fillfactor = 70)
    """,
)


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA insights")
    for statement in (*SALES, *LOGS, *BEHAVIOUR):
        op.execute(statement)
    # Partitions are made a day at a time; what would fall beside them is kept here rather than refused.
    op.execute("CREATE TABLE insights.behaviour_other PARTITION OF insights.behaviour DEFAULT")
    op.execute("CREATE INDEX room_of_shop ON live.room (shop_id, state, room_id) WHERE shop_id IS NOT NULL")
    op.execute("CREATE INDEX order_to_ship ON orders.order (shop_id, paid_at) WHERE state = 'paid'")
