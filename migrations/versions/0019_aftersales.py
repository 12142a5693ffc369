"""Tables of the module aftersales."""

from alembic import op

revision = "0019"
down_revision = "0018"

AFTER_SALE = """
    CREATE TABLE aftersales.after_sale (
        shop_id uuid NOT NULL,
        after_sale_id uuid NOT NULL,
        order_id uuid NOT NULL,
        line_no smallint NOT NULL,
        buyer_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('refund_only', 'return_refund', 'exchange')),
        state text NOT NULL CHECK (state IN (
            'requested', 'refused', 'awaiting_return', 'returning', 'awaiting_resend', 'resent', 'escalated',
            'refunding', 'refunded', 'exchanged', 'closed'
        )),
        quantity integer NOT NULL CHECK (quantity > 0),
        goods_minor bigint NOT NULL CHECK (goods_minor >= 0),
        freight_minor bigint NOT NULL CHECK (freight_minor >= 0),
        currency text NOT NULL,
        reason text NOT NULL,
        description text NOT NULL,
        picture_urls text[] NOT NULL,
        opened_at timestamptz NOT NULL,
        deadline_at timestamptz,
        ended_at timestamptz,
        refusals smallint NOT NULL DEFAULT 0 CHECK (refusals >= 0),
        escalated_from text,
        evidence_wanted boolean NOT NULL DEFAULT false,
        refund_failed boolean NOT NULL DEFAULT false,
        return_address jsonb,
        return_shipment jsonb,
        received_at timestamptz,
        is_replaced boolean NOT NULL DEFAULT false,
        resend_shipment jsonb,
        PRIMARY KEY (shop_id, after_sale_id),
        CONSTRAINT after_sale_exchange_asks_no_money CHECK (kind <> 'exchange' OR goods_minor + freight_minor = 0),
        CONSTRAINT after_sale_money_moves_for_refunds CHECK (
            kind <> 'exchange' OR state NOT IN ('refunding', 'refunded')
        ),
        CONSTRAINT after_sale_refund_only_sends_nothing CHECK (
            kind <> 'refund_only' OR state NOT IN (
                'awaiting_return', 'returning', 'awaiting_resend', 'resent', 'exchanged'
            )
        ),
        CONSTRAINT after_sale_ended CHECK ((state IN ('refunded', 'exchanged', 'closed')) = (ended_at IS NOT NULL)),
        CONSTRAINT after_sale_waits_until CHECK (
            (state IN ('refunding', 'refunded', 'exchanged', 'closed')) = (deadline_at IS NULL)
        ),
        CONSTRAINT after_sale_escalated_from_somewhere CHECK (state <> 'escalated' OR escalated_from IS NOT NULL),
        CONSTRAINT after_sale_on_its_way_back CHECK (state <> 'returning' OR return_shipment IS NOT NULL),
        CONSTRAINT after_sale_resent_as_parcel CHECK (
            state NOT IN ('resent', 'exchanged') OR (resend_shipment IS NOT NULL AND is_replaced)
        )
    ) WITH (fillfactor = 85)
"""


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA aftersales")
    op.execute(AFTER_SALE)
    op.execute("CREATE UNIQUE INDEX after_sale_by_id ON aftersales.after_sale (after_sale_id)")
    op.execute("""
        CREATE UNIQUE INDEX after_sale_open_once ON aftersales.after_sale (shop_id, order_id, line_no)
        WHERE state NOT IN ('refunded', 'exchanged', 'closed')
    """)
    op.execute("CREATE INDEX after_sale_of_order ON aftersales.after_sale (order_id, after_sale_id)")
    op.execute("CREATE INDEX after_sale_of_buyer ON aftersales.after_sale (buyer_id, after_sale_id)")
    op.execute("""
        CREATE INDEX after_sale_open_of_shop ON aftersales.after_sale (shop_id, after_sale_id)
        WHERE state NOT IN ('refunded', 'exchanged', 'closed')
    """)
    op.execute("CREATE INDEX after_sale_by_state ON aftersales.after_sale (state, after_sale_id)")
    op.execute("""
        CREATE INDEX after_sale_by_deadline ON aftersales.after_sale (deadline_at) WHERE deadline_at IS NOT NULL
    """)
    op.execute("""
        CREATE TABLE aftersales.event (
            shop_id uuid NOT NULL,
            after_sale_id uuid NOT NULL,
            event_id uuid NOT NULL,
            deed text NOT NULL,
            state text NOT NULL,
            happened_at timestamptz NOT NULL,
            role text NOT NULL CHECK (role IN ('buyer', 'seller', 'operator', 'clock', 'provider')),
            account_id uuid,
            note text,
            picture_urls text[] NOT NULL,
            PRIMARY KEY (shop_id, after_sale_id, event_id),
            FOREIGN KEY (shop_id, after_sale_id) REFERENCES aftersales.after_sale,
            CONSTRAINT event_by_somebody CHECK ((role IN ('clock', 'provider')) = (account_id IS NULL))
        )
    """)
    # Where a shop last wanted goods sent to: it holds where the seller agrees by silence.
    op.execute("""
        CREATE TABLE aftersales.return_address (
            shop_id uuid PRIMARY KEY,
            address jsonb NOT NULL
        )
    """)
