"""A shop finds what it sells elsewhere, and hears nothing of its stock: there is none."""

from alembic import op

revision = "0080"
down_revision = "0084"


def upgrade() -> None:
    """An index of such products, and figures that do not count them as running out."""
    op.execute("CREATE INDEX product_external ON catalog.product (shop_id, product_id) WHERE external IS NOT NULL")
    op.execute("""
        UPDATE catalog.product_figures AS figures SET is_on_sale = false
        FROM catalog.product WHERE product.product_id = figures.product_id AND product.external IS NOT NULL
    """)
