"""What a provider's message says stands in columns of its own: as documents, inbox and handling cost twice as much."""

from alembic import op

revision = "0070"
down_revision = "0060"


def upgrade() -> None:
    """Deepen payments."""
    op.execute("""
        ALTER TABLE payments.notice
            ADD amount_minor bigint NOT NULL DEFAULT 0,
            ADD currency text NOT NULL DEFAULT '',
            ADD provider_ref text
    """)
    op.execute("""
        UPDATE payments.notice SET amount_minor = coalesce((body ->> 'amount_minor')::bigint, 0),
            currency = coalesce(body ->> 'currency', ''), provider_ref = body ->> 'provider_ref'
    """)
    op.execute("""
        ALTER TABLE payments.notice DROP body,
            ALTER amount_minor DROP DEFAULT, ALTER currency DROP DEFAULT, ALTER kind DROP DEFAULT
    """)
