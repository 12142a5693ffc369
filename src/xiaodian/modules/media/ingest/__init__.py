"""From a publisher to segments: FLV tags or browser chunks into ffmpeg, fragmented MP4 out, one owner task a stream."""
