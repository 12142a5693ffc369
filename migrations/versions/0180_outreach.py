"""Coupons made out to people, and the tables of the module outreach."""

from alembic import op

revision = "0180"
down_revision = "0170"


def upgrade() -> None:
    """Create what the module owns; promotion learns whom a coupon is made out to."""
    op.execute("ALTER TABLE promotion.coupon ADD COLUMN is_personal boolean NOT NULL DEFAULT false")
    op.execute("""
        CREATE TABLE promotion.holder (
            coupon_id uuid NOT NULL,
            account_id uuid NOT NULL,
            given_at timestamptz NOT NULL,
            PRIMARY KEY (coupon_id, account_id)
        )
    """)
    op.execute("CREATE INDEX holder_of_account ON promotion.holder (account_id, coupon_id)")
    op.execute("CREATE SCHEMA outreach")
    _campaigns()
    _rules()
    _ways()
    _sales()


def _campaigns() -> None:
    op.execute("""
        CREATE TABLE outreach.campaign (
            shop_id uuid NOT NULL,
            campaign_id uuid PRIMARY KEY,
            trigger text NOT NULL,
            delay_days smallint NOT NULL DEFAULT 0 CHECK (delay_days BETWEEN 0 AND 365),
            name text NOT NULL,
            segment text NOT NULL,
            text text NOT NULL,
            link text NOT NULL,
            picture_url text,
            coupon_id uuid,
            room_id uuid,
            channels text[] NOT NULL,
            hold_out_bp smallint NOT NULL CHECK (hold_out_bp BETWEEN 0 AND 5000),
            window_days smallint NOT NULL CHECK (window_days BETWEEN 1 AND 90),
            state text NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'cancelled', 'on', 'off')),
            send_at timestamptz NOT NULL,
            reached uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
            created_by uuid NOT NULL,
            changed_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX campaign_of_shop ON outreach.campaign (shop_id, campaign_id DESC)")
    op.execute("CREATE INDEX campaign_due ON outreach.campaign (send_at) WHERE state IN ('planned', 'sending')")
    op.execute("CREATE UNIQUE INDEX flow_once ON outreach.campaign (shop_id, trigger) WHERE trigger <> 'once'")
    # Skipped people are kept as well: a shop is told why, and a trigger that was passed over is not taken up later.
    op.execute("""
        CREATE TABLE outreach.recipient (
            campaign_id uuid NOT NULL REFERENCES outreach.campaign,
            account_id uuid NOT NULL,
            occasion text NOT NULL,
            shop_id uuid NOT NULL,
            skipped text CHECK (skipped IN ('capped', 'opted_out')),
            is_held_out boolean NOT NULL,
            counts_from timestamptz NOT NULL,
            PRIMARY KEY (campaign_id, account_id, occasion)
        )
    """)
    op.execute("""
        CREATE INDEX recipient_reached ON outreach.recipient (account_id, counts_from)
        WHERE skipped IS NULL AND NOT is_held_out
    """)
    op.execute("""
        CREATE TABLE outreach.delivery (
            campaign_id uuid NOT NULL,
            account_id uuid NOT NULL,
            occasion text NOT NULL,
            channel text NOT NULL,
            state text NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dropped')),
            due_at timestamptz NOT NULL,
            attempts smallint NOT NULL DEFAULT 0,
            sent_at timestamptz,
            reason text,
            PRIMARY KEY (campaign_id, account_id, occasion, channel),
            FOREIGN KEY (campaign_id, account_id, occasion) REFERENCES outreach.recipient
        )
    """)
    op.execute("CREATE INDEX delivery_due ON outreach.delivery (channel, due_at) WHERE state IN ('waiting', 'sending')")


def _rules() -> None:
    op.execute("""
        CREATE TABLE outreach.opt_out (
            account_id uuid NOT NULL,
            shop_id uuid NOT NULL,
            since timestamptz NOT NULL,
            PRIMARY KEY (account_id, shop_id)
        )
    """)
    op.execute("""
        CREATE TABLE outreach.shop_rule (
            shop_id uuid PRIMARY KEY,
            most_messages smallint CHECK (most_messages >= 0),
            quiet_from_h smallint CHECK (quiet_from_h BETWEEN 0 AND 23),
            quiet_until_h smallint CHECK (quiet_until_h BETWEEN 0 AND 23)
        )
    """)


def _ways() -> None:
    op.execute("""
        CREATE TABLE outreach.mail_consent (account_id uuid PRIMARY KEY, since timestamptz NOT NULL)
    """)


def _sales() -> None:
    op.execute("""
        CREATE TABLE outreach.sale (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            buyer_id uuid NOT NULL,
            paid_at timestamptz NOT NULL,
            net_minor bigint NOT NULL CHECK (net_minor >= 0),
            PRIMARY KEY (shop_id, order_id)
        )
    """)
    op.execute("CREATE INDEX sale_of_buyer ON outreach.sale (shop_id, buyer_id, paid_at)")
    op.execute("CREATE INDEX sale_at ON outreach.sale (shop_id, paid_at)")
    op.execute("""
        CREATE TABLE outreach.bought (
            shop_id uuid NOT NULL,
            product_id uuid NOT NULL,
            buyer_id uuid NOT NULL,
            paid_at timestamptz NOT NULL,
            order_id uuid NOT NULL,
            PRIMARY KEY (shop_id, product_id, buyer_id, paid_at, order_id)
        )
    """)
    op.execute("""
        CREATE TABLE outreach.rhythm (
            shop_id uuid NOT NULL,
            product_id uuid NOT NULL,
            gap interval NOT NULL,
            gaps integer NOT NULL,
            learnt_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, product_id)
        )
    """)
