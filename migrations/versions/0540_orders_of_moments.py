"""Each paid order that a film brought is put down to the second at which the buyer's card came up."""

from alembic import op

revision = "0540"
down_revision = "0530"

# What is known of a viewing: furthest, left, cards shown [product, second, slot], clicked [product, second], bought
# [product, second, slot]. A purchase is of the last card before it (-1: nobody knows at which second; in a replay, -2,
# of the last that was clicked, or shown), or of the first; without any, of its own second.
BEFORE = """
    INSERT INTO surfacing.moment_order (film_id, product_id, order_id, bought_second, person_id, second)
    SELECT viewing.film_id, bought.product_id, bought.order_id, bought.at, viewing.person_id, coalesce(
        max(card.second) FILTER (WHERE card.second <= bought.until), min(card.second),
        nullif(greatest(bought.at, -1), -1)
    )
    FROM (
        SELECT DISTINCT coalesce(sale.video_id, sale.room_id) AS film_id, sale.product_id, sale.order_id, sale.buyer_id,
            CASE WHEN sale.video_id IS NULL THEN -2 ELSE coalesce(sale.video_at_ms / 1000, -1) END AS at
        FROM insights.sale LEFT JOIN live.room USING (room_id)
        WHERE sale.paid_at IS NOT NULL AND (sale.video_id IS NOT NULL OR sale.placed_at >= room.ended_at)
    ) AS sold
    JOIN surfacing.viewing ON (viewing.film_id, viewing.person_id) = (sold.film_id, sold.buyer_id)
    CROSS JOIN LATERAL (SELECT convert_from(viewing.known, 'UTF8')::jsonb AS words) AS told
    CROSS JOIN LATERAL (
        SELECT sold.product_id, sold.order_id, sold.at, CASE sold.at WHEN -2 THEN coalesce((
            SELECT max((each ->> 1)::integer) FROM jsonb_array_elements(told.words -> 3) AS each
            WHERE (each ->> 0)::uuid = sold.product_id
        ), 2147483647) ELSE sold.at END AS until
    ) AS bought
    LEFT JOIN LATERAL (
        SELECT (each ->> 1)::integer AS second FROM jsonb_array_elements(told.words -> 2) AS each
        WHERE (each ->> 0)::uuid = bought.product_id
    ) AS card ON true
    WHERE EXISTS (
        SELECT FROM jsonb_array_elements(told.words -> 4) AS each WHERE (each ->> 0)::uuid = bought.product_id
    )
    GROUP BY viewing.film_id, viewing.person_id, bought.product_id, bought.order_id, bought.at
"""


def upgrade() -> None:
    """`bought_second`: as in a viewing; `second`: null if nobody knows; `person_id`: null once that is forgotten."""
    op.execute("""
        CREATE TABLE surfacing.moment_order (
            film_id uuid NOT NULL,
            product_id uuid NOT NULL,
            order_id uuid NOT NULL,
            bought_second integer NOT NULL,
            person_id uuid,
            second integer,
            PRIMARY KEY (film_id, product_id, order_id, bought_second)
        ) WITH (fillfactor = 85)
    """)
    op.execute(BEFORE)
    op.execute("CREATE INDEX moment_order_of_second ON surfacing.moment_order (film_id, product_id, second, order_id)")
    op.execute("CREATE INDEX moment_order_of_person ON surfacing.moment_order (person_id, film_id)")
