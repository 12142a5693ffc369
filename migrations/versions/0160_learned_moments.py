"""What viewers of short videos do with cards, when cards come up, and what accounts bought and looked at."""

from alembic import op

revision = "0160"
down_revision = "0171"

TABLES = (
    # Videos with goods; `is_unread`: what is said in them is to be matched with their bags (again).
    """
    CREATE TABLE surfacing.film (
        video_id uuid PRIMARY KEY,
        is_stale boolean NOT NULL DEFAULT true,
        is_unread boolean NOT NULL DEFAULT true,
        weighed_at timestamptz NOT NULL DEFAULT '-infinity'
    )
    """,
    "CREATE INDEX film_stale ON surfacing.film (weighed_at) WHERE is_stale",
    # What was said in a video, in ms of the film.
    """
    CREATE TABLE surfacing.video_caption (
        video_id uuid NOT NULL,
        line_no integer NOT NULL,
        start_ms integer NOT NULL CHECK (start_ms >= 0),
        end_ms integer NOT NULL CHECK (end_ms >= start_ms),
        text text NOT NULL,
        PRIMARY KEY (video_id, line_no)
    )
    """,
    # Where the film speaks of a product.
    """
    CREATE TABLE surfacing.mention (
        video_id uuid NOT NULL,
        product_id uuid NOT NULL,
        at_ms integer NOT NULL CHECK (at_ms >= 0),
        PRIMARY KEY (video_id, product_id, at_ms)
    )
    """,
    # One person (an account, or a browser nobody signed in to) and one video; see learning/viewing.py.
    """
    CREATE TABLE surfacing.viewing (
        video_id uuid NOT NULL,
        person_id uuid NOT NULL,
        known bytea NOT NULL,
        PRIMARY KEY (video_id, person_id)
    ) WITH (fillfactor = 80)
    """,
    # Sums over the viewings: cards by the second at which they came up, and the slot of time in which they did.
    """
    CREATE TABLE surfacing.moment_count (
        video_id uuid NOT NULL,
        product_id uuid NOT NULL,
        second integer NOT NULL,
        slot integer NOT NULL,
        shown bigint NOT NULL,
        clicked bigint NOT NULL,
        ordered bigint NOT NULL,
        driven_off bigint NOT NULL,
        PRIMARY KEY (video_id, product_id, second, slot)
    ) WITH (fillfactor = 70)
    """,
    # Who began and ceased to watch without a card that had just come up, and who left then.
    """
    CREATE TABLE surfacing.quiet_second (
        video_id uuid NOT NULL,
        second integer NOT NULL,
        came bigint NOT NULL,
        went bigint NOT NULL,
        gone bigint NOT NULL,
        PRIMARY KEY (video_id, second)
    ) WITH (fillfactor = 70)
    """,
    # The moments that are tried, what is known of each (old showings counting less), and its part of 10,000 showings.
    """
    CREATE TABLE surfacing.moment (
        video_id uuid NOT NULL,
        product_id uuid NOT NULL,
        at_ms integer NOT NULL CHECK (at_ms >= 0),
        show_ms integer NOT NULL CHECK (show_ms > 0),
        reason text NOT NULL,
        category text NOT NULL,
        tenth smallint NOT NULL,
        shown real NOT NULL,
        clicked real NOT NULL,
        ordered real NOT NULL,
        driven_off real NOT NULL,
        weight integer NOT NULL CHECK (weight >= 0),
        PRIMARY KEY (video_id, product_id, at_ms)
    )
    """,
    # What moments of a reason and a tenth of the film did in all videos: what is expected of a new one.
    """
    CREATE TABLE surfacing.moment_like (
        reason text NOT NULL,
        tenth smallint NOT NULL,
        category text NOT NULL,
        shown real NOT NULL,
        clicked real NOT NULL,
        ordered real NOT NULL,
        PRIMARY KEY (reason, tenth, category)
    )
    """,
    """
    CREATE TABLE surfacing.acquaintance (
        account_id uuid NOT NULL,
        product_id uuid NOT NULL,
        viewed_at timestamptz,
        bought_at timestamptz,
        sku_name text,
        price_minor bigint,
        PRIMARY KEY (account_id, product_id),
        CONSTRAINT acquaintance_is_of_something CHECK (viewed_at IS NOT NULL OR bought_at IS NOT NULL)
    )
    """,
    """
    CREATE INDEX acquaintance_bought ON surfacing.acquaintance (account_id, bought_at DESC)
        WHERE bought_at IS NOT NULL
    """,
)


def upgrade() -> None:
    """Deepen surfacing."""
    for table in TABLES:
        op.execute(table)
