"""Fans: who bought in a shop, who comes back, who drifts away.

Owns the tables of the schema `fans`. Facts: `purchase` (a paid order as it is now, with its place among the fan's
others), `visit_day` (what somebody signed in watched of a room or video on a day; the raw rows expire, these stay),
`visit` (all of it, and what they said and liked there); `behaviour_position` and `log_position` say how far raw rows
and rooms' logs are read, `said_anew` is what is read of the logs once more. Whose a visit is (`whose_id`): a shop's, or
a creator's who has none; `creator_purchase`: what brings such a creator a commission. Summaries: `creator_fan`, `fan`
(one row per shop and fan, with the segment), `move` (a segment's history), `segment_size`, `cohort`, `first_day`,
`bringer`, `pause`. Written by staff: `note`, `tag`, `threshold`, `own_segment`. Emits FanMoved.
Always holds: a summary is a sum over its facts, whatever the order in which words of them came, and however often; a
rebuild gives the same rows; a fully refunded or cancelled order is no purchase; a shop sees its own fans' dealings with
it and nothing else; what each figure means stands in `contracts/figures.py` alone.
May import the door of every module below insights, insights and club.
"""
