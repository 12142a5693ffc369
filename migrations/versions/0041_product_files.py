"""Products from files: pictures that are fetched from elsewhere."""

from alembic import op

revision = "0041"
down_revision = "0035"


def upgrade() -> None:
    """Where pictures came from, and which are still to be fetched."""
    op.execute("""
        CREATE TABLE imports.picture (
            shop_id uuid NOT NULL,
            address_hash bytea NOT NULL,
            picture_url text NOT NULL,
            fetched_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, address_hash)
        )
    """)
    op.execute("""
        CREATE TABLE imports.picture_task (
            job_id uuid NOT NULL,
            product_id uuid NOT NULL,
            row_no integer NOT NULL,
            pictures text[] NOT NULL,
            of_variants jsonb NOT NULL,
            PRIMARY KEY (job_id, product_id)
        )
    """)
