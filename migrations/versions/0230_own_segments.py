"""Segments that shops make themselves, and what conditions on purchases and visits are found by."""

from alembic import op

revision = "0230"
down_revision = "0242"

STATEMENTS = (
    """
    CREATE TABLE fans.own_segment (
        shop_id uuid NOT NULL,
        segment_id uuid NOT NULL,
        name text NOT NULL,
        condition jsonb NOT NULL,
        fans bigint,
        counted_at timestamptz,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        deleted_at timestamptz,
        PRIMARY KEY (shop_id, segment_id)
    )
    """,
    "CREATE UNIQUE INDEX own_segment_by_name ON fans.own_segment (shop_id, lower(name)) WHERE deleted_at IS NULL",
    "CREATE INDEX purchase_of_product ON fans.purchase USING gin (product_ids)",
    "CREATE INDEX purchase_in_room ON fans.purchase (room_id) WHERE room_id IS NOT NULL",
    "CREATE INDEX purchase_with_coupon ON fans.purchase (coupon_id) WHERE coupon_id IS NOT NULL",
    "CREATE INDEX visit_of_place ON fans.visit (place_id)",
)


def upgrade() -> None:
    """A deleted segment stays for campaigns that are under way."""
    for statement in STATEMENTS:
        op.execute(statement)
