"""Insights: what a shop and a host should know now, and what became of a room.

Owns the tables of the schema `insights`, in three families by what they are made of: from the orders `sale`, `refund`,
`shop_hour`, `shop_buyer_day`, `room_sale_minute`, `room_product_sale`; from the rooms' logs `log_position`,
`room_audience`, `room_minute`; from what visitors' pages tell `behaviour` (raw, by day, with expiry; `behaviour_kept`:
from which day on), `room_viewer`, `room_visit`, `room_visit_minute`, `room_product_visit`, `room_watching` of rooms,
`video_viewer`, `video_visit`, `video_second`, `video_product_second` of videos (and `video_sale_second`, from the
orders); `report_link`, by which others see a report; and `room_question`, which surfacing hands down. Publishes
BehaviourReported, not by the outbox; emits VideosCounted.
Always holds: every summary is a sum over its facts, whatever the order in which words of them came, and however often;
a rebuild from the facts gives the same rows; a shop sees of a room no other shop's sales; what each figure means
stands in `contracts/figures.py` alone.
May import the door of every module but those above (apps, webhooks, imports, integrations).
"""
