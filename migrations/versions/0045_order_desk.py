"""The desk at which a shop's staff work on orders: search, notes, tags, filters, changes of address."""

from alembic import op

revision = "0045"
down_revision = "0070"


def upgrade() -> None:
    """Beside the orders, so that placing one costs what it did; but for one index, which paying fills."""
    # An order that waits for payment is among the newest, and found by its age.
    op.execute("""
        CREATE INDEX order_of_state ON orders.order (shop_id, state, order_id) WHERE state <> 'pending_payment'
    """)
    op.execute("""
        CREATE TABLE orders.search (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            total_minor bigint NOT NULL,
            has_after_sale boolean NOT NULL DEFAULT false,
            tokens bigint[] NOT NULL,
            PRIMARY KEY (shop_id, order_id),
            FOREIGN KEY (shop_id, order_id) REFERENCES orders.order ON DELETE CASCADE
        )
    """)
    # Without the list of what is yet to be sorted in, which every search would read.
    op.execute("CREATE INDEX search_token ON orders.search USING gin (tokens) WITH (fastupdate = off)")
    op.execute("CREATE INDEX search_after_sale ON orders.search (shop_id, order_id) WHERE has_after_sale")
    op.execute("CREATE INDEX search_by_amount ON orders.search (shop_id, total_minor, order_id)")
    # The planner is to know which tokens are common: then it reads orders in their order instead of collecting all.
    op.execute("ALTER TABLE orders.search ALTER tokens SET STATISTICS 1000")
    # Orders that were there before are sorted in by a job, the newest first, from here downwards.
    op.execute("""
        CREATE TABLE orders.search_fill (
            singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
            below uuid
        )
    """)
    op.execute("INSERT INTO orders.search_fill (below) VALUES ('ffffffff-ffff-ffff-ffff-ffffffffffff')")
    op.execute("""
        CREATE TABLE orders.staff_note (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            note_id uuid NOT NULL,
            account_id uuid NOT NULL,
            text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 500),
            noted_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, order_id, note_id),
            FOREIGN KEY (shop_id, order_id) REFERENCES orders.order
        )
    """)
    op.execute("""
        CREATE TABLE orders.tag (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            tag text NOT NULL CHECK (char_length(tag) BETWEEN 1 AND 20),
            PRIMARY KEY (shop_id, order_id, tag),
            FOREIGN KEY (shop_id, order_id) REFERENCES orders.order
        )
    """)
    op.execute("CREATE INDEX tag_used ON orders.tag (shop_id, tag)")
    op.execute("""
        CREATE TABLE orders.saved_filter (
            shop_id uuid NOT NULL,
            filter_id uuid NOT NULL,
            account_id uuid NOT NULL,
            name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 40),
            filter jsonb NOT NULL,
            is_shared boolean NOT NULL,
            saved_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, filter_id),
            UNIQUE (shop_id, account_id, name)
        )
    """)
    op.execute("""
        CREATE TABLE orders.address_change (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            change_id uuid NOT NULL,
            state text NOT NULL CHECK (state IN ('asked', 'accepted', 'refused', 'withdrawn')),
            recipient text NOT NULL,
            phone text NOT NULL,
            region text NOT NULL,
            detail text NOT NULL,
            asked_at timestamptz NOT NULL,
            answered_at timestamptz,
            answered_by uuid,
            reason text,
            PRIMARY KEY (shop_id, order_id, change_id),
            FOREIGN KEY (shop_id, order_id) REFERENCES orders.order,
            CONSTRAINT address_change_answered CHECK ((state = 'asked') = (answered_at IS NULL))
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX address_change_open_once ON orders.address_change (shop_id, order_id) WHERE state = 'asked'
    """)
