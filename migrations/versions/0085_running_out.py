"""What is running out is found by an index of products on sale, so that the home page looks at nothing else."""

from alembic import op

revision = "0085"
down_revision = "0076"


def upgrade() -> None:
    """Figures know whether their product is on sale."""
    op.execute("ALTER TABLE catalog.product_figures ADD is_on_sale boolean NOT NULL DEFAULT false")
    op.execute("""
        UPDATE catalog.product_figures AS figures SET is_on_sale = true
        FROM catalog.product WHERE product.product_id = figures.product_id AND product.state = 'on_sale'
    """)
    op.execute("""
        CREATE INDEX figures_running_out ON catalog.product_figures (shop_id, lowest, product_id) WHERE is_on_sale
    """)
