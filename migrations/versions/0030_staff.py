"""More roles on a shop's staff, and the log of what its staff and apps do."""

from alembic import op

revision = "0030"
down_revision = "0024"


def upgrade() -> None:
    """Widen the roles; the log only grows."""
    op.execute("ALTER TABLE shops.staff DROP CONSTRAINT staff_role_check")
    op.execute("""
        ALTER TABLE shops.staff ADD CONSTRAINT staff_role_check
        CHECK (role IN ('owner', 'manager', 'host', 'service', 'warehouse', 'finance', 'viewer'))
    """)
    op.execute("""
        CREATE TABLE shops.deed (
            shop_id uuid NOT NULL REFERENCES shops.shop,
            deed_id uuid NOT NULL,
            account_id uuid NOT NULL,
            role text,
            app_id uuid,
            deed text NOT NULL CHECK (deed ~ '^[a-z_]+[.][a-z_]+$'),
            target text NOT NULL CHECK (char_length(target) <= 200),
            details jsonb NOT NULL,
            done_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, deed_id)
        )
    """)
    op.execute("CREATE INDEX deed_person_idx ON shops.deed (shop_id, account_id, deed_id)")
    op.execute("CREATE INDEX deed_kind_idx ON shops.deed (shop_id, deed, deed_id)")
    op.execute("""
        CREATE FUNCTION shops.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the log of deeds only grows' USING ERRCODE = 'check_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER deed_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON shops.deed
        FOR EACH STATEMENT EXECUTE FUNCTION shops.refuse_change()
    """)
