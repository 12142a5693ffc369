"""Tables of the module settlement."""

from alembic import op

revision = "0018"
down_revision = "0017"

# What an order brought, and how it was split. `back_` is what went back since, out of the same parts.
SETTLEMENT = """
    CREATE TABLE settlement.settlement (
        shop_id uuid NOT NULL,
        order_id uuid NOT NULL,
        settlement_id uuid NOT NULL,
        number text NOT NULL,
        currency text NOT NULL,
        goods_minor bigint NOT NULL CHECK (goods_minor >= 0),
        freight_minor bigint NOT NULL CHECK (freight_minor >= 0),
        refunded_minor bigint NOT NULL CHECK (refunded_minor >= 0),
        fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
        commission_minor bigint NOT NULL CHECK (commission_minor >= 0),
        service_minor bigint NOT NULL CHECK (service_minor >= 0),
        shop_minor bigint NOT NULL CHECK (shop_minor >= 0),
        transfer_id uuid,
        settled_at timestamptz NOT NULL,
        back_fee_minor bigint NOT NULL DEFAULT 0 CHECK (back_fee_minor BETWEEN 0 AND fee_minor),
        back_commission_minor bigint NOT NULL DEFAULT 0
            CHECK (back_commission_minor BETWEEN 0 AND commission_minor),
        back_service_minor bigint NOT NULL DEFAULT 0 CHECK (back_service_minor BETWEEN 0 AND service_minor),
        back_shop_minor bigint NOT NULL DEFAULT 0 CHECK (back_shop_minor BETWEEN 0 AND shop_minor),
        PRIMARY KEY (shop_id, order_id),
        CONSTRAINT settlement_adds_up CHECK (
            goods_minor + freight_minor - refunded_minor = fee_minor + commission_minor + service_minor + shop_minor
        )
    ) WITH (fillfactor = 90)
"""

# Each line's part of it, and (as line -1) the freight's.
SHARE = """
    CREATE TABLE settlement.share (
        shop_id uuid NOT NULL,
        order_id uuid NOT NULL,
        line_no smallint NOT NULL CHECK (line_no >= -1),
        fee_bp integer NOT NULL CHECK (fee_bp >= 0),
        commission_bp integer NOT NULL CHECK (commission_bp >= 0),
        service_bp integer NOT NULL CHECK (service_bp >= 0),
        creator_id uuid,
        provider_id uuid,
        goods_minor bigint NOT NULL,
        fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
        commission_minor bigint NOT NULL CHECK (commission_minor >= 0),
        service_minor bigint NOT NULL CHECK (service_minor >= 0),
        shop_minor bigint NOT NULL CHECK (shop_minor >= 0),
        settled_at timestamptz NOT NULL,
        back_fee_minor bigint NOT NULL DEFAULT 0 CHECK (back_fee_minor BETWEEN 0 AND fee_minor),
        back_commission_minor bigint NOT NULL DEFAULT 0
            CHECK (back_commission_minor BETWEEN 0 AND commission_minor),
        back_service_minor bigint NOT NULL DEFAULT 0 CHECK (back_service_minor BETWEEN 0 AND service_minor),
        back_shop_minor bigint NOT NULL DEFAULT 0 CHECK (back_shop_minor BETWEEN 0 AND shop_minor),
        PRIMARY KEY (shop_id, order_id, line_no),
        FOREIGN KEY (shop_id, order_id) REFERENCES settlement.settlement,
        CONSTRAINT share_adds_up CHECK (goods_minor = fee_minor + commission_minor + service_minor + shop_minor),
        CONSTRAINT share_rates_fit CHECK (fee_bp + commission_bp + service_bp <= 10000),
        CONSTRAINT share_has_a_taker CHECK (
            (commission_minor = 0 OR creator_id IS NOT NULL) AND (service_minor = 0 OR provider_id IS NOT NULL)
        )
    ) WITH (fillfactor = 90)
"""

CLAW_BACK = """
    CREATE TABLE settlement.claw_back (
        shop_id uuid NOT NULL,
        order_id uuid NOT NULL,
        refund_id uuid NOT NULL,
        currency text NOT NULL,
        fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
        commission_minor bigint NOT NULL CHECK (commission_minor >= 0),
        service_minor bigint NOT NULL CHECK (service_minor >= 0),
        shop_minor bigint NOT NULL CHECK (shop_minor >= 0),
        deposit_minor bigint NOT NULL CHECK (deposit_minor BETWEEN 0 AND shop_minor),
        transfer_id uuid NOT NULL,
        clawed_at timestamptz NOT NULL,
        PRIMARY KEY (shop_id, order_id, refund_id),
        FOREIGN KEY (shop_id, order_id) REFERENCES settlement.settlement
    )
"""

PAYOUT = """
    CREATE TABLE settlement.payout (
        payout_id uuid PRIMARY KEY,
        kind text NOT NULL,
        owner_id uuid NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0),
        currency text NOT NULL,
        state text NOT NULL CHECK (state IN ('requested', 'released', 'in_batch', 'paid', 'failed', 'rejected')),
        holder text NOT NULL,
        bank text NOT NULL,
        number text NOT NULL,
        requested_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        batch_id uuid REFERENCES settlement.payout_batch,
        detail text NOT NULL DEFAULT '',
        FOREIGN KEY (kind, owner_id) REFERENCES settlement.owner,
        CONSTRAINT payout_in_its_batch CHECK ((state IN ('in_batch', 'paid', 'failed')) = (batch_id IS NOT NULL))
    ) WITH (fillfactor = 85)
"""


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA settlement")
    # Completed orders that are not settled yet; a row goes when its settlement comes.
    op.execute("""
        CREATE TABLE settlement.due (
            shop_id uuid NOT NULL,
            order_id uuid NOT NULL,
            completed_at timestamptz NOT NULL,
            look_at timestamptz NOT NULL,
            is_held boolean NOT NULL DEFAULT false,
            problem text,
            creator_ids uuid[] NOT NULL,
            PRIMARY KEY (shop_id, order_id)
        ) WITH (fillfactor = 85)
    """)
    op.execute("CREATE INDEX due_to_look_at ON settlement.due (look_at)")
    op.execute("CREATE INDEX due_of_creator ON settlement.due USING gin (creator_ids)")
    op.execute(SETTLEMENT)
    op.execute("CREATE UNIQUE INDEX settlement_once ON settlement.settlement (order_id)")
    op.execute("CREATE INDEX settlement_by_time ON settlement.settlement (shop_id, settled_at)")
    op.execute("CREATE INDEX settlement_of_day ON settlement.settlement (settled_at, order_id)")
    op.execute(SHARE)
    for who in ("creator", "provider"):
        op.execute(f"""
            CREATE INDEX share_of_{who} ON settlement.share ({who}_id, settled_at) WHERE {who}_id IS NOT NULL
        """)
    op.execute(CLAW_BACK)
    op.execute("CREATE INDEX claw_back_by_time ON settlement.claw_back (shop_id, clawed_at)")
    op.execute("CREATE INDEX claw_back_of_day ON settlement.claw_back (clawed_at)")
    # What a shop gives a service provider of each sale, as long as their contract runs. One contract at a time.
    op.execute("""
        CREATE TABLE settlement.service_share (
            shop_id uuid NOT NULL,
            share_id uuid NOT NULL,
            provider_id uuid NOT NULL,
            rate_bp integer NOT NULL CHECK (rate_bp BETWEEN 1 AND 5000),
            started_at timestamptz NOT NULL,
            started_by uuid NOT NULL,
            ended_at timestamptz CHECK (ended_at >= started_at),
            ended_by uuid,
            PRIMARY KEY (shop_id, share_id),
            CHECK ((ended_at IS NULL) = (ended_by IS NULL))
        )
    """)
    op.execute("CREATE UNIQUE INDEX service_share_once ON settlement.service_share (shop_id) WHERE ended_at IS NULL")
    _create_payouts()
    # Numbers without gaps: the counter moves in the transaction that uses the number.
    op.execute("""
        CREATE TABLE settlement.fee_invoice (
            shop_id uuid NOT NULL,
            invoice_id uuid NOT NULL,
            month date NOT NULL CHECK (extract(day FROM month) = 1),
            currency text NOT NULL,
            number bigint NOT NULL UNIQUE CHECK (number > 0),
            fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
            back_minor bigint NOT NULL CHECK (back_minor >= 0),
            total_minor bigint NOT NULL CHECK (total_minor = fee_minor - back_minor),
            made_at timestamptz NOT NULL,
            PRIMARY KEY (shop_id, invoice_id),
            UNIQUE (shop_id, month, currency)
        )
    """)
    op.execute("""
        CREATE TABLE settlement.fee_invoice_counter (
            singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
            last_number bigint NOT NULL DEFAULT 0,
            last_month date
        )
    """)
    op.execute("INSERT INTO settlement.fee_invoice_counter DEFAULT VALUES")


def _create_payouts() -> None:
    # One row for everybody who can be paid: it is locked by whoever takes from their balance.
    op.execute("""
        CREATE TABLE settlement.owner (
            kind text NOT NULL CHECK (kind IN ('shop', 'creator', 'service')),
            owner_id uuid NOT NULL,
            holder text,
            bank text,
            number text,
            changed_at timestamptz,
            changed_by uuid,
            PRIMARY KEY (kind, owner_id),
            CHECK ((holder IS NULL) = (bank IS NULL) AND (holder IS NULL) = (number IS NULL))
        )
    """)
    op.execute("""
        CREATE TABLE settlement.freeze (
            freeze_id uuid PRIMARY KEY,
            kind text NOT NULL,
            owner_id uuid NOT NULL,
            reason text NOT NULL CHECK (reason <> ''),
            frozen_by uuid NOT NULL,
            frozen_at timestamptz NOT NULL,
            lifted_by uuid,
            lifted_at timestamptz,
            lift_reason text CHECK (lift_reason <> ''),
            FOREIGN KEY (kind, owner_id) REFERENCES settlement.owner,
            CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL))
        )
    """)
    op.execute("CREATE UNIQUE INDEX freeze_once ON settlement.freeze (kind, owner_id) WHERE lifted_at IS NULL")
    # The file is kept as it was made, so that the bank never gets two versions of one batch.
    op.execute("""
        CREATE TABLE settlement.payout_batch (
            batch_id uuid PRIMARY KEY,
            created_by uuid NOT NULL,
            created_at timestamptz NOT NULL,
            count integer NOT NULL CHECK (count > 0),
            total_minor bigint NOT NULL CHECK (total_minor > 0),
            currency text NOT NULL,
            file bytea NOT NULL
        )
    """)
    op.execute("""
        CREATE TABLE settlement.payout_batch_download (
            batch_id uuid NOT NULL REFERENCES settlement.payout_batch,
            downloaded_at timestamptz NOT NULL,
            account_id uuid NOT NULL
        )
    """)
    op.execute(PAYOUT)
    op.execute("CREATE INDEX payout_of_owner ON settlement.payout (kind, owner_id, payout_id)")
    op.execute("CREATE INDEX payout_by_state ON settlement.payout (state, payout_id)")
    op.execute("CREATE INDEX payout_of_batch ON settlement.payout (batch_id) WHERE batch_id IS NOT NULL")
    op.execute("""
        CREATE TABLE settlement.payout_move (
            payout_id uuid NOT NULL REFERENCES settlement.payout,
            move_id uuid NOT NULL,
            deed text NOT NULL,
            state text NOT NULL,
            moved_at timestamptz NOT NULL,
            account_id uuid NOT NULL,
            reason text NOT NULL,
            PRIMARY KEY (payout_id, move_id)
        )
    """)
