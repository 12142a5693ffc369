"""What fans may do next, and how well that is told."""

from alembic import op

revision = "0270"
down_revision = "0240"

TABLES = (
    """
    CREATE TABLE fans.prediction (
        shop_id uuid NOT NULL,
        account_id uuid NOT NULL,
        reckoned_on date NOT NULL,
        likelihood real,
        reasons jsonb NOT NULL,
        product_ids uuid[] NOT NULL,
        PRIMARY KEY (shop_id, account_id)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE fans.prediction_report (
        shop_id uuid PRIMARY KEY,
        reckoned_on date NOT NULL,
        report jsonb NOT NULL
    )
    """,
)


def upgrade() -> None:
    """A row a fan who has bought, and one a shop."""
    for table in TABLES:
        op.execute(table)
