"""Media: ingest of live pictures by RTMP or from a browser, HLS playlists and segments, uploaded pictures, films of
goods (`video`), and the media of short videos (`vod`: uploaded by tus or cut from a stream, made into an HLS ladder).

Owns the tables `media.stream_key`, `stream`, `segment`, `date_range`, `picture`, `video`, `upload`, `upload_part`,
`vod`, `condemned`, and the files under `streams/`, `pictures/`, `videos/`, `vods/` and `uploads/` of the storage. Emits
StreamStarted, StreamInterrupted, StreamEnded, VodReady, VodRefused.
Always holds: a stream has at most one publisher (the claim in `media.stream`, kept alive by a lease); a segment's row
is written after its file, so what a playlist names can be fetched; files never change once named; an ended stream gets
no further segment; of a vod that was deleted nothing is served any more, by any process; a finished upload is a vod of
the same id. The stream key is kept readable, because its owner must be able to see it again.
May import risk alone; must never import live, which decides through a PublishGate who may publish to what.
"""
