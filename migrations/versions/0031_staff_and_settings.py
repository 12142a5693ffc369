"""Invitations to a shop's staff, what a shop says of itself, notices."""

from alembic import op

revision = "0031"
down_revision = "0045"


def upgrade() -> None:
    """Create what staff and settings need."""
    op.execute("ALTER TABLE shops.staff ADD COLUMN muted_notices text[] NOT NULL DEFAULT '{}'")
    op.execute("""
        CREATE TABLE shops.invitation (
            shop_id uuid NOT NULL REFERENCES shops.shop,
            invitation_id uuid NOT NULL,
            token_hash bytea NOT NULL CONSTRAINT invitation_token_key UNIQUE,
            role text NOT NULL,
            note text NOT NULL,
            invited_by uuid NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'declined', 'revoked')),
            decided_by uuid,
            decided_at timestamptz,
            PRIMARY KEY (shop_id, invitation_id),
            CHECK ((state = 'open') = (decided_at IS NULL))
        )
    """)
    op.execute("CREATE INDEX invitation_open_idx ON shops.invitation (shop_id) WHERE state = 'open'")
    op.execute("""
        CREATE TABLE shops.profile (
            shop_id uuid PRIMARY KEY REFERENCES shops.shop,
            avatar_url text,
            description text NOT NULL DEFAULT '',
            contact text NOT NULL DEFAULT '',
            return_recipient text,
            return_phone text,
            return_region text,
            return_detail text,
            low_stock_below integer NOT NULL DEFAULT 10 CHECK (low_stock_below BETWEEN 0 AND 100000)
        )
    """)
    op.execute("""
        CREATE TABLE shops.rule_notice (
            shop_id uuid NOT NULL REFERENCES shops.shop,
            notice_id uuid NOT NULL CONSTRAINT rule_notice_id_key UNIQUE,
            kind text NOT NULL,
            text text NOT NULL,
            measure text NOT NULL,
            deadline_at timestamptz,
            written_by uuid NOT NULL,
            written_at timestamptz NOT NULL,
            read_by uuid,
            read_at timestamptz,
            PRIMARY KEY (shop_id, notice_id),
            CHECK ((read_by IS NULL) = (read_at IS NULL))
        )
    """)
    op.execute("ALTER TABLE shops.deed ADD COLUMN app_name text")
    op.execute("""
        ALTER TABLE shops.deed
        ADD COLUMN area text NOT NULL GENERATED ALWAYS AS (split_part(deed, '.', 1)) STORED
    """)
    op.execute("DROP INDEX shops.deed_kind_idx")
    op.execute("CREATE INDEX deed_area_idx ON shops.deed (shop_id, area, deed_id)")
    op.execute("CREATE INDEX deed_target_idx ON shops.deed (shop_id, target, deed, account_id, done_at)")
