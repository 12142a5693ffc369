"""Balances of ledger accounts without adding up all of their entries, and transfers that name what they reverse."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Deepen ledger."""
    op.execute("ALTER TABLE ledger.transfer ADD reverses_id uuid REFERENCES ledger.transfer")
    op.execute("CREATE INDEX transfer_of_reversed ON ledger.transfer (reverses_id) WHERE reverses_id IS NOT NULL")
    op.execute("CREATE INDEX transfer_by_time ON ledger.transfer USING brin (posted_at) WITH (autosummarize = on)")
    # Entries are numbered as they are written; what is committed up to a number is found out by the checkpoint job.
    op.execute("ALTER TABLE ledger.entry ADD entry_id bigint GENERATED ALWAYS AS IDENTITY")
    op.execute("DROP INDEX ledger.entry_of_account")
    op.execute("""
        CREATE INDEX entry_of_account ON ledger.entry (account, entry_id) INCLUDE (currency, amount_minor, posted_at)
    """)
    op.execute("CREATE INDEX entry_by_id ON ledger.entry USING brin (entry_id) WITH (autosummarize = on)")
    # Sums of all entries of an account up to a number. `through_at` is the latest time that any of them was posted at.
    op.execute("""
        CREATE TABLE ledger.checkpoint (
            account text NOT NULL,
            currency text NOT NULL,
            entry_id bigint NOT NULL,
            balance_minor bigint NOT NULL,
            through_at timestamptz NOT NULL,
            PRIMARY KEY (account, currency, entry_id)
        )
    """)
    op.execute("""
        CREATE TABLE ledger.checkpoint_progress (
            singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
            entry_id bigint NOT NULL DEFAULT 0
        )
    """)
    op.execute("INSERT INTO ledger.checkpoint_progress DEFAULT VALUES")
