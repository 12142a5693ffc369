"""Fans: who bought in a shop, who comes back, who drifts away.

Owns the tables of the schema `fans`. Facts: `purchase` (a paid order as it is now, with its place among the fan's
others), `visit` (a room or video that somebody signed in watched,
commented on or liked; `log_position`: how far rooms' logs are read). Summaries: `fan` (one row per shop and fan, with
the segment), `move` (a segment's history), `segment_size`, `cohort`, `first_day`, `bringer`, `pause`. Written by staff:
`note`, `tag`, `threshold`, `own_segment`. Emits FanMoved.
Always holds: a summary is a sum over its facts, whatever the order in which words of them came, and however often; a
rebuild gives the same rows; a fully refunded or cancelled order is no purchase; a shop sees its own fans' dealings with
it and nothing else; what each figure means stands in `contracts/figures.py` alone.
May import the door of every module below insights, insights and club.
"""
