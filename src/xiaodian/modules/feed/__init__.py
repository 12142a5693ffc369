"""Feed: what a viewer is shown next, videos and rooms on air, and why.

Owns the tables of the schema `feed`: `video` and `subject_video` (what can be shown, with its score), `encounter` (what
an account did with a video, room or product), `taste` (what an account likes, the sum of its encounters), `dismissal`
(what an account does not want to see; a fact, not derived). Emits VideoDismissed.
Always holds: all but `dismissal` follows from events and can be made anew (`xiaodian feed rebuild`); a video that is
hidden, taken down or deleted is not shown, whatever these tables say, for the truth is asked at the last moment; nobody
learns from a feed or its reasons what another account did.
May import the doors of insights, orders, content, live, catalog and accounts; never those above or beside it.
"""
