"""Sellers answer an after-sale with an offer."""

from alembic import op

revision = "0046"
down_revision = "0036"


def upgrade() -> None:
    """One more state, in which it waits for the buyer; what is offered stands with it until it is answered."""
    op.execute("ALTER TABLE aftersales.after_sale DROP CONSTRAINT after_sale_state_check")
    op.execute("""
        ALTER TABLE aftersales.after_sale
            ADD offer jsonb,
            ADD offers smallint NOT NULL DEFAULT 0 CHECK (offers >= 0),
            ADD CONSTRAINT after_sale_state_check CHECK (state IN (
                'requested', 'offered', 'refused', 'awaiting_return', 'returning', 'awaiting_resend', 'resent',
                'escalated', 'refunding', 'refunded', 'exchanged', 'closed'
            )),
            ADD CONSTRAINT after_sale_offer_is_there CHECK (state <> 'offered' OR offer IS NOT NULL)
    """)
    op.execute("ALTER TABLE aftersales.event ADD offer jsonb")
