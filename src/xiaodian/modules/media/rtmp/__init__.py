"""RTMP 1.0, the publishing side: a parsing core without I/O (handshake, chunks, AMF0, session), a protocol around it.

Feed bytes in, take events and bytes out. Whatever a peer sends, the only exception that leaves the core is RtmpError,
whose text says what was wrong. Everything a peer can make us keep has a limit (limits.py).
"""
