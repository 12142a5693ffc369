"""Tables of the module imports: bulk jobs."""

from alembic import op

revision = "0040"
down_revision = "0030"


def upgrade() -> None:
    """Files that came in, jobs, and what became of each row."""
    op.execute("CREATE SCHEMA imports")
    op.execute("""
        CREATE TABLE imports.file (
            shop_id uuid NOT NULL,
            file_id uuid NOT NULL,
            name text NOT NULL,
            size_bytes bigint NOT NULL,
            created_by uuid NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, file_id)
        )
    """)
    op.execute("CREATE INDEX file_by_age ON imports.file (created_at)")
    op.execute("""
        CREATE TABLE imports.job (
            shop_id uuid NOT NULL,
            job_id uuid NOT NULL,
            kind text NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
            options jsonb NOT NULL,
            file_id uuid,
            request_key text,
            total integer,
            done integer NOT NULL DEFAULT 0,
            counts jsonb NOT NULL,
            columns text[],
            cursor jsonb NOT NULL,
            result_name text,
            refusals_name text,
            failure jsonb,
            caller jsonb NOT NULL,
            language text NOT NULL,
            created_by uuid NOT NULL,
            created_at timestamptz NOT NULL,
            started_at timestamptz,
            ended_at timestamptz,
            lease uuid,
            lease_until timestamptz,
            runs integer NOT NULL DEFAULT 0,
            PRIMARY KEY (shop_id, job_id),
            CHECK ((state IN ('waiting', 'running')) = (ended_at IS NULL))
        )
    """)
    op.execute("CREATE UNIQUE INDEX job_by_id ON imports.job (job_id)")
    op.execute("CREATE INDEX job_open ON imports.job (shop_id, job_id) WHERE ended_at IS NULL")
    op.execute("CREATE INDEX job_by_end ON imports.job (ended_at) WHERE ended_at IS NOT NULL")
    op.execute("""
        CREATE UNIQUE INDEX job_once_a_key ON imports.job (shop_id, created_by, request_key)
            WHERE request_key IS NOT NULL
    """)
    op.execute("""
        CREATE TABLE imports.job_row (
            job_id uuid NOT NULL,
            row_no integer NOT NULL,
            outcome text NOT NULL,
            label text NOT NULL,
            reason text,
            blamed_column text,
            params jsonb NOT NULL,
            cells text[],
            PRIMARY KEY (job_id, row_no)
        )
    """)
    op.execute("CREATE INDEX job_row_by_outcome ON imports.job_row (job_id, outcome, row_no)")
