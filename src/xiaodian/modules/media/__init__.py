"""Media: ingest of live pictures by RTMP or from a browser, HLS playlists and segments, uploaded pictures.

Owns the tables `media.stream_key`, `stream`, `segment`, `date_range`, `picture`, and the files under `streams/` and
`pictures/` of the storage. Emits StreamStarted, StreamInterrupted, StreamEnded.
Always holds: a stream has at most one publisher (the claim in `media.stream`, kept alive by a lease); a segment's row
is written after its file, so what a playlist names can be fetched; files never change once named; an ended stream gets
no further segment. The stream key is kept readable, because its owner must be able to see it again.
May import no module of ours; must never import live, which decides through a PublishGate who may publish to what.
"""
