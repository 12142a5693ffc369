"""What conditions ask of a fan's purchases lies beside the fan, in arrays that can be searched without a join."""

from alembic import op

revision = "0352"
down_revision = "0350"


def upgrade() -> None:
    """Null: not written down since the fan's purchases changed."""
    op.execute("""
        ALTER TABLE fans.fan
            ADD COLUMN purchase_days date[],
            ADD COLUMN running_minor bigint[],
            ADD COLUMN product_ids uuid[],
            ADD COLUMN product_days date[]
    """)
