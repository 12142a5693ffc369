"""Accounts that are no more; the log of deeds may forget to whom something was done."""

from alembic import op

revision = "0242"
down_revision = "0221"


def upgrade() -> None:
    """One row an erased account."""
    op.execute("""
        CREATE TABLE accounts.erased (account_id uuid PRIMARY KEY, erased_at timestamptz NOT NULL, ghosts text)
    """)
    op.execute("CREATE INDEX erased_to_tell ON accounts.erased (erased_at) WHERE ghosts IS NOT NULL")
    # The log of deeds may forget to whom something was done, and nothing else.
    op.execute("""
        CREATE OR REPLACE FUNCTION shops.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND current_setting('xiaodian.erasing', true) = 'on' THEN
                RETURN NULL;
            END IF;
            RAISE EXCEPTION 'the log of deeds only grows' USING ERRCODE = 'check_violation';
        END $$
    """)
    op.execute("""
        CREATE FUNCTION shops.refuse_other_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF to_jsonb(NEW) - 'target' - 'details' <> to_jsonb(OLD) - 'target' - 'details' OR NEW.target <> '' THEN
                RAISE EXCEPTION 'the log of deeds only grows' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER deed_keeps_what_was_done AFTER UPDATE ON shops.deed
        FOR EACH ROW EXECUTE FUNCTION shops.refuse_other_change()
    """)
