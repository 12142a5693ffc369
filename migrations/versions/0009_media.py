"""Tables of the module media."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA media")
    op.execute("""
        CREATE TABLE media.stream_key (
            account_id uuid PRIMARY KEY,
            stream_key text NOT NULL UNIQUE CHECK (length(stream_key) >= 27),
            rotated_at timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("""
        CREATE TABLE media.stream (
            stream_id uuid PRIMARY KEY,
            owner_id uuid NOT NULL,
            state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'on_air', 'interrupted', 'ended')),
            publication_id uuid,
            ingest_name text,
            lease_until timestamptz,
            grace_until timestamptz,
            next_seq integer NOT NULL DEFAULT 0,
            next_run integer NOT NULL DEFAULT 0,
            target_s integer NOT NULL DEFAULT 1 CHECK (target_s >= 1),
            duration_ms bigint NOT NULL DEFAULT 0 CHECK (duration_ms >= 0),
            ranges_version integer NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            started_at timestamptz,
            ended_at timestamptz,
            CONSTRAINT claim_is_whole CHECK (
                (publication_id IS NULL) = (ingest_name IS NULL) AND (publication_id IS NULL) = (lease_until IS NULL)
            ),
            CONSTRAINT interruption_has_deadline CHECK (state <> 'interrupted' OR grace_until IS NOT NULL),
            CONSTRAINT ended_has_no_publisher CHECK (
                state <> 'ended' OR (ended_at IS NOT NULL AND publication_id IS NULL)
            )
        )
    """)
    op.execute("CREATE INDEX stream_publisher ON media.stream (owner_id) WHERE publication_id IS NOT NULL")
    op.execute("CREATE INDEX stream_lease ON media.stream (lease_until) WHERE publication_id IS NOT NULL")
    op.execute("CREATE INDEX stream_grace ON media.stream (grace_until) WHERE state = 'interrupted'")
    op.execute("""
        CREATE TABLE media.segment (
            stream_id uuid NOT NULL REFERENCES media.stream,
            seq integer NOT NULL,
            run_no integer NOT NULL,
            discontinuity boolean NOT NULL,
            start_at timestamptz NOT NULL,
            duration_ms integer NOT NULL CHECK (duration_ms > 0),
            name text NOT NULL,
            init_name text NOT NULL,
            size_bytes integer NOT NULL CHECK (size_bytes > 0),
            PRIMARY KEY (stream_id, seq)
        )
    """)
    op.execute("CREATE INDEX segment_discontinuity ON media.segment (stream_id, seq) WHERE discontinuity")
    op.execute("""
        CREATE TABLE media.date_range (
            stream_id uuid NOT NULL REFERENCES media.stream,
            range_id text NOT NULL,
            range_class text NOT NULL,
            start_at timestamptz NOT NULL,
            end_at timestamptz CHECK (end_at >= start_at),
            attributes jsonb NOT NULL,
            PRIMARY KEY (stream_id, range_id)
        )
    """)
    op.execute("""
        CREATE TABLE media.picture (
            name text PRIMARY KEY,
            owner_id uuid NOT NULL,
            width integer NOT NULL CHECK (width > 0),
            height integer NOT NULL CHECK (height > 0),
            size_bytes integer NOT NULL CHECK (size_bytes > 0),
            created_at timestamptz NOT NULL DEFAULT now()
        )
    """)
