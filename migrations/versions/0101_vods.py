"""Uploads that can be resumed, and the media of short videos that they become."""

from alembic import op

revision = "0101"
down_revision = "0120"

TABLES = (
    """
    CREATE TABLE media.upload (
        upload_id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        length bigint NOT NULL CHECK (length > 0),
        received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND length),
        metadata text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX upload_of_owner ON media.upload (owner_id)",
    "CREATE INDEX upload_expiring ON media.upload (expires_at)",
    # What of an upload has arrived, in files of the storage.
    """
    CREATE TABLE media.upload_part (
        upload_id uuid NOT NULL REFERENCES media.upload ON DELETE CASCADE,
        start_byte bigint NOT NULL CHECK (start_byte >= 0),
        size_bytes integer NOT NULL CHECK (size_bytes > 0),
        path text NOT NULL,
        PRIMARY KEY (upload_id, start_byte)
    )
    """,
    # Made of an upload of the same id, or cut from a stream; `run` names the folder of its files.
    """
    CREATE TABLE media.vod (
        vod_id uuid PRIMARY KEY,
        owner_id uuid NOT NULL,
        state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'working', 'ready', 'refused')),
        progress integer NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
        refused_reason text,
        stream_id uuid,
        from_ms bigint CHECK (from_ms >= 0),
        to_ms bigint CHECK (to_ms > from_ms),
        attempts integer NOT NULL DEFAULT 0,
        lease uuid,
        lease_until timestamptz,
        run uuid,
        ladder jsonb,
        width integer,
        height integer,
        duration_ms integer,
        sprite_columns integer,
        sprite_every_ms integer,
        size_bytes bigint,
        created_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        CONSTRAINT vod_is_whole CHECK (
            state <> 'ready' OR num_nulls(run, ladder, width, height, duration_ms, sprite_columns, sprite_every_ms) = 0
        ),
        CONSTRAINT vod_refusal_has_reason CHECK ((state = 'refused') = (refused_reason IS NOT NULL)),
        CONSTRAINT vod_clip_is_whole CHECK (num_nulls(stream_id, from_ms, to_ms) IN (0, 3))
    )
    """,
    "CREATE INDEX vod_to_do ON media.vod (created_at) WHERE state IN ('waiting', 'working')",
    "CREATE INDEX vod_of_owner ON media.vod (owner_id, created_at)",
    # Folders of the storage whose files go; nothing names them any more.
    """
    CREATE TABLE media.condemned (
        prefix text PRIMARY KEY,
        due_at timestamptz NOT NULL DEFAULT now(),
        sweeps integer NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX condemned_due ON media.condemned (due_at)",
)


def upgrade() -> None:
    """Deepen media."""
    for table in TABLES:
        op.execute(table)
