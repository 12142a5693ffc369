"""Tables of the module ledger."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create what the module owns."""
    op.execute("CREATE SCHEMA ledger")
    op.execute("""
        CREATE TABLE ledger.transfer (
            transfer_id uuid PRIMARY KEY,
            kind text NOT NULL,
            currency text NOT NULL,
            reference text NOT NULL,
            posted_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX transfer_of_reference ON ledger.transfer (reference, posted_at)")
    op.execute("""
        CREATE TABLE ledger.entry (
            transfer_id uuid NOT NULL REFERENCES ledger.transfer,
            entry_no smallint NOT NULL,
            account text NOT NULL,
            currency text NOT NULL,
            amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
            posted_at timestamptz NOT NULL,
            PRIMARY KEY (transfer_id, entry_no)
        )
    """)
    op.execute("CREATE INDEX entry_of_account ON ledger.entry (account, posted_at) INCLUDE (currency, amount_minor)")
    # One look at all entries of a statement, not one a row: captures come by the hundred.
    op.execute("""
        CREATE FUNCTION ledger.refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM fresh GROUP BY transfer_id, currency HAVING sum(amount_minor) <> 0) THEN
                RAISE EXCEPTION 'entries of a transfer must sum to zero' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER entries_balance AFTER INSERT ON ledger.entry
        REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_unbalanced()
    """)
    op.execute("""
        CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger only grows' USING ERRCODE = 'check_violation';
        END $$
    """)
    for table in ("transfer", "entry"):
        op.execute(f"""
            CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.{table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
        """)
