"""FLV tags: what is in them, and how they are written (Adobe FLV 10.1, Enhanced RTMP v2)."""

from typing import NamedTuple

AUDIO, VIDEO, DATA = 8, 9, 18

_OLD_VIDEO = {2: "flv1", 3: "flashsv", 4: "vp6f", 5: "vp6a", 7: "avc1", 12: "hvc1"}
_OLD_AUDIO = {2: "mp3", 10: "mp4a", 11: "speex", 14: "mp3"}
_CODECS_WITH_CONFIG = frozenset(("avc1", "hvc1", "av01", "vp09", "mp4a", "Opus", "fLaC"))
_EX_AUDIO_FORMAT = 9
_KEY_FRAME = 1
_CONFIG, _END = 0, 2
# Enhanced RTMP's packet type for a frame whose composition time is zero and left out.
_CODED_FRAMES_X = 3


class TagInfo(NamedTuple):
    """What a tag's first bytes say."""

    codec: str
    is_config: bool
    """The decoder's configuration (sequence header), no picture or sound of its own."""
    is_key: bool
    is_media: bool

    @property
    def needs_config(self) -> bool:
        """Nothing of this codec can be decoded before its configuration came."""
        return self.codec in _CODECS_WITH_CONFIG


def describe_video(payload: bytes) -> TagInfo:
    """What a video tag carries."""
    first = payload[0]
    if first & 0x80:
        packet = first & 0x0F
        codec = payload[1:5].decode("latin-1")
        is_key = (first >> 4) & 0x07 == _KEY_FRAME
        return TagInfo(codec, packet == _CONFIG, is_key, packet in (1, _CODED_FRAMES_X))
    codec = _OLD_VIDEO.get(first & 0x0F, "unknown")
    is_key = first >> 4 == _KEY_FRAME
    if codec not in ("avc1", "hvc1"):
        return TagInfo(codec, False, is_key, first >> 4 != 5)
    packet = payload[1] if len(payload) > 1 else _END
    return TagInfo(codec, packet == _CONFIG, is_key, packet == 1)


def describe_audio(payload: bytes) -> TagInfo:
    """What an audio tag carries."""
    first = payload[0]
    if first >> 4 == _EX_AUDIO_FORMAT:
        packet = first & 0x0F
        return TagInfo(payload[1:5].decode("latin-1"), packet == _CONFIG, False, packet == 1)
    codec = _OLD_AUDIO.get(first >> 4, "pcm")
    if codec != "mp4a":
        return TagInfo(codec, False, False, True)
    packet = payload[1] if len(payload) > 1 else _END
    return TagInfo(codec, packet == _CONFIG, False, packet == 1)


def file_header(*, has_video: bool, has_audio: bool) -> bytes:
    """The start of an FLV file; a demuxer waits for what it announces."""
    return b"FLV\x01" + bytes([has_video | has_audio << 2]) + b"\x00\x00\x00\x09\x00\x00\x00\x00"


def write_tag(tag_type: int, timestamp_ms: int, payload: bytes) -> bytes:
    """A tag with the size of the tag before the next one."""
    size = len(payload)
    low = timestamp_ms & 0xFFFFFF
    head = bytes([tag_type]) + size.to_bytes(3, "big") + low.to_bytes(3, "big") + bytes([(timestamp_ms >> 24) & 0x7F])
    return head + b"\x00\x00\x00" + payload + (size + 11).to_bytes(4, "big")
