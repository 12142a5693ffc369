"""Tables of the module webhooks."""

from alembic import op

revision = "0065"
down_revision = "0050"

# How far the events' stream was read; of a stream that was made anew, from its start.
INTAKE = """
    CREATE TABLE webhooks.intake (
        is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
        stream text NOT NULL,
        seq bigint NOT NULL CHECK (seq >= 0)
    )
"""

SHOP = """
    CREATE TABLE webhooks.shop (
        shop_id uuid PRIMARY KEY,
        position bigint NOT NULL CHECK (position >= 0),
        forgotten bigint NOT NULL DEFAULT 0 CHECK (forgotten BETWEEN 0 AND position)
    ) WITH (fillfactor = 50)
"""

SUBJECT = """
    CREATE TABLE webhooks.subject (
        shop_id uuid NOT NULL,
        subject_id uuid NOT NULL,
        kind text NOT NULL,
        sequence bigint NOT NULL CHECK (sequence > 0),
        state text,
        PRIMARY KEY (shop_id, subject_id)
    ) WITH (fillfactor = 80)
"""

EVENT = """
    CREATE TABLE webhooks.event (
        shop_id uuid NOT NULL,
        position bigint NOT NULL,
        event_id uuid NOT NULL,
        type text NOT NULL,
        subject_id uuid NOT NULL,
        sequence bigint NOT NULL,
        recorded_at timestamptz NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (shop_id, position),
        CONSTRAINT event_once UNIQUE (shop_id, event_id)
    )
"""

ENDPOINT = """
    CREATE TABLE webhooks.endpoint (
        shop_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        app_id uuid,
        created_by uuid NOT NULL,
        url text NOT NULL,
        description text NOT NULL,
        types text[] NOT NULL CHECK (cardinality(types) > 0),
        secret text NOT NULL,
        previous_secret text,
        previous_until timestamptz,
        is_enabled boolean NOT NULL DEFAULT true,
        disabled_reason text,
        disabled_at timestamptz,
        failing_since timestamptz,
        warned_at timestamptz,
        last_success_at timestamptz,
        last_error text,
        hold_until timestamptz,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (shop_id, endpoint_id),
        CONSTRAINT endpoint_says_why_disabled CHECK (
            is_enabled = (disabled_reason IS NULL) AND is_enabled = (disabled_at IS NULL)
        )
    ) WITH (fillfactor = 70)
"""

# What becomes of a message at an endpoint. Waiting ones of a subject are sent one after the other, in their lane.
DELIVERY = """
    CREATE TABLE webhooks.delivery (
        shop_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        position bigint NOT NULL,
        event_id uuid NOT NULL,
        type text NOT NULL,
        subject_id uuid NOT NULL,
        state text NOT NULL DEFAULT 'waiting',
        attempts integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        tried_at timestamptz,
        next_at timestamptz,
        status integer,
        error text,
        duration_ms integer,
        PRIMARY KEY (shop_id, endpoint_id, position)
    ) WITH (fillfactor = 80)
"""

ATTEMPT = """
    CREATE TABLE webhooks.attempt (
        shop_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        position bigint NOT NULL,
        attempt_id uuid NOT NULL,
        at timestamptz NOT NULL,
        status integer,
        error text,
        duration_ms integer NOT NULL,
        answer text NOT NULL,
        PRIMARY KEY (shop_id, endpoint_id, position, attempt_id)
    )
"""

# A lane is there while something waits in it. Whoever sends its first message holds a lease on it: due again later.
LANE = """
    CREATE TABLE webhooks.lane (
        shop_id uuid NOT NULL,
        endpoint_id uuid NOT NULL,
        subject_id uuid NOT NULL,
        due_at timestamptz NOT NULL,
        lease uuid,
        PRIMARY KEY (shop_id, endpoint_id, subject_id)
    ) WITH (fillfactor = 70)
"""


def upgrade() -> None:
    """Messages, endpoints, and what became of the one at the other."""
    op.execute("CREATE SCHEMA webhooks")
    for table in (INTAKE, SHOP, SUBJECT, EVENT, ENDPOINT, DELIVERY, ATTEMPT, LANE):
        op.execute(table)
    op.execute("CREATE INDEX event_recorded ON webhooks.event USING brin (recorded_at)")
    op.execute("CREATE UNIQUE INDEX endpoint_id ON webhooks.endpoint (endpoint_id)")
    op.execute("CREATE INDEX endpoint_failing ON webhooks.endpoint (failing_since) WHERE failing_since IS NOT NULL")
    op.execute("""
        CREATE INDEX delivery_waiting ON webhooks.delivery (endpoint_id, subject_id, position)
        WHERE state = 'waiting'
    """)
    op.execute("""
        CREATE INDEX delivery_troubled ON webhooks.delivery (shop_id, endpoint_id, position)
        WHERE state = 'dead' OR (state = 'waiting' AND attempts > 0)
    """)
    op.execute("CREATE INDEX delivery_created ON webhooks.delivery USING brin (created_at)")
    op.execute("CREATE INDEX attempt_at ON webhooks.attempt USING brin (at)")
    op.execute("CREATE INDEX lane_due ON webhooks.lane (endpoint_id, due_at)")
