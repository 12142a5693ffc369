"""Webhooks: what happens in a shop, told to the shop's own systems and to apps, by calls or to be fetched.

Tables: webhooks.intake, shop, subject, event, endpoint, delivery, attempt, lane. Events: WebhookTroubled.

Always holds: one reader at a time turns internal events into messages, in the order in which they were stored; a
message has the next number of its subject (an order, a room, a product, a payout) and the next position in its shop,
neither with gaps, and positions become visible in order; to each endpoint the messages of one subject go one after the
other; a message leaves its lane only when it was taken, or after three days in vain. Rows are locked in this order:
shop, subject, endpoint, lane; each kind by its key.

Never imports what is above it: integrations offers the same use cases to programs.
"""
