"""What a peer may make us keep or do, and the one error that says it went too far."""

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""A key frame of 4K video at 50 Mbit/s is about a tenth of this."""
MAX_CONTROL_BYTES = 64 * 1024
"""Commands, metadata and control messages."""
MAX_CHUNK_STREAMS = 64
MAX_UNFINISHED_BYTES = 16 * 1024 * 1024
"""Sum of all messages that have begun but are not complete."""
MAX_CHUNK_BYTES = 0xFFFFFF
MAX_AMF_DEPTH = 12
MAX_AMF_VALUES = 2000
MAX_KEY_CHARS = 512


class RtmpError(Exception):
    """The peer broke the protocol or a limit; the text is for the log and contains nothing secret."""
