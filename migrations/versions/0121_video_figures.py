"""Figures of short videos: who saw them, how far they watched, what was clicked and bought at which second."""

from alembic import op

revision = "0121"
down_revision = "0101"

TABLES = (
    """
    CREATE TABLE insights.video_viewer (
        video_id uuid NOT NULL,
        viewer_id uuid NOT NULL,
        steps integer NOT NULL,
        visits integer NOT NULL,
        watch_s integer NOT NULL,
        furthest_ms integer NOT NULL,
        PRIMARY KEY (video_id, viewer_id)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE insights.video_visit (
        video_id uuid PRIMARY KEY,
        views bigint NOT NULL,
        watch_s bigint NOT NULL,
        furthest_ms bigint NOT NULL,
        saw bigint NOT NULL,
        viewers bigint NOT NULL,
        saw_card bigint NOT NULL,
        clicked bigint NOT NULL,
        opened_bag bigint NOT NULL,
        viewed_product bigint NOT NULL,
        started_checkout bigint NOT NULL
    ) WITH (fillfactor = 50)
    """,
    # By the second of the film: how many viewers got so far and no further, how often somebody went on there.
    """
    CREATE TABLE insights.video_second (
        video_id uuid NOT NULL,
        second integer NOT NULL,
        ended bigint NOT NULL,
        times_left bigint NOT NULL,
        PRIMARY KEY (video_id, second)
    ) WITH (fillfactor = 70)
    """,
    # Second -1: the page did not say at which.
    """
    CREATE TABLE insights.video_product_second (
        video_id uuid NOT NULL,
        product_id uuid NOT NULL,
        second integer NOT NULL,
        impressions bigint NOT NULL,
        clicks bigint NOT NULL,
        product_views bigint NOT NULL,
        checkout_starts bigint NOT NULL,
        PRIMARY KEY (video_id, product_id, second)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE TABLE insights.video_sale_second (
        video_id uuid NOT NULL,
        product_id uuid NOT NULL,
        second integer NOT NULL,
        orders_placed bigint NOT NULL,
        orders_paid bigint NOT NULL,
        pieces bigint NOT NULL,
        gmv_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        PRIMARY KEY (video_id, product_id, second)
    ) WITH (fillfactor = 70)
    """,
    "ALTER TABLE insights.sale ADD COLUMN video_id uuid, ADD COLUMN video_at_ms integer",
    "CREATE INDEX sale_of_video ON insights.sale (video_id, buyer_id) INCLUDE (paid_at) WHERE video_id IS NOT NULL",
)


def upgrade() -> None:
    """Create what is counted of videos."""
    for table in TABLES:
        op.execute(table)
