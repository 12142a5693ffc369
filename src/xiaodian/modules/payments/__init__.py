"""Payments: charges through providers, what providers tell us about them, refunds.

Tables: payments.charge, notice, provider_key. Events: PaymentRefunded.

Always holds: a provider's message is verified before it is believed and handled once; a charge is captured only for
its own amount and currency; an order has at most one pending charge with one provider.

Never imports orders: what a captured charge means for its order is decided above. Entries in the ledger are made
there too, in the transaction that changes both.
"""
