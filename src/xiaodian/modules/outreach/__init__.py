"""Outreach: a shop speaks to its fans, within bounds that protect them, and learns what came of it.

Owns the tables of the schema `outreach`: campaign (sent once, or a flow that stands), recipient (who is reached on
which occasion, held out or not), delivery (the queue, one row per way), mail_consent, push_subscription, push_key,
opt_out, shop_rule, reminder (of a room, on its way to who asked for it), called (rooms that a flow has spoken of); from
the orders sale, bought, rhythm (how long what is used up lasts); and from events of goods and pages watched, sold_out,
turn; member and sweep (who is in the segments that flows wait at).
Emits no events.
Always holds: nobody gets a message of one campaign twice on one occasion and by one way; who is skipped is found
before the hold-out group is drawn, so that the two groups differ by the message alone; a fan is in the same group of a
campaign on every occasion; who has opted out gets nothing, even what waited already; sales are a view of the orders
and can be made anew. Contact data never reaches a shop.
May import the door of every module but those above (apps, webhooks, imports, integrations).
"""
