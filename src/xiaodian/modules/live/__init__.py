"""Live: rooms, their log, the gateway that carries it to viewers, bag, cues and comments.

Owns the tables `live.room`, `bag_item`, `cue`, `mute`, `removed_comment`, `checkpoint`, `club_look`, `speaker`,
`speaker_position`, `erased_comment`, and the JetStream subjects `room.<room id>.<kind>`. Emits moments into the
log of a room; no events of other kinds.
Always holds: what a viewer sees is a fold of the room's log; a control use case writes its rows and its moment in one
transaction, and repeating it writes no second moment; a room has at most one open cue; nothing but the host's own
console, operators (who end it), the room's stream, the goods (stock, flash sales, what may be sold for a commission),
the sales, the audience, members of the shop's fan club and the platform's cues, which never come within 20 s of the
host's own hand, changes a room; an ended room never changes again; a host sets price and stock of the own shop's goods
alone.
May import the doors of promotion, media, catalog, shops, accounts and risk; must never import orders or content.

How it is laid out, besides the usual files: `ticks.py` and `fold.py` are pure (log → ticks → snapshot);
`log_reader.py`, `follower.py`, `room_log.py` and `room_logs.py` read the log from JetStream; `gateway/` serves it to
sockets, `likes.py` counts likes, `views.py` puts together what routes answer.
"""
