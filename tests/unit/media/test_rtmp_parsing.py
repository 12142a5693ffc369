"""The RTMP parser against what the specification allows, and against everything it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaodian.modules.media.rtmp.amf0 import decode_values, encode_values
from xiaodian.modules.media.rtmp.chunks import ChunkReader, Message, write_message
from xiaodian.modules.media.rtmp.limits import MAX_CHUNK_STREAMS, RtmpError
from xiaodian.modules.media.rtmp.session import (
    Media,
    PublishRequested,
    PublishSession,
    Refusal,
    SessionEvent,
    Unpublished,
)

from .rtmp_client import HELLO, chunk, command, publish_commands


def _chunk_size(size: int) -> bytes:
    return write_message(2, 1, 0, size.to_bytes(4, "big"))


def _feed(data: bytes, step: int = 0) -> list[Message]:
    reader = ChunkReader()
    step = step or len(data)
    return [message for at in range(0, len(data), step) for message in reader.feed(data[at : at + step])]


@pytest.mark.parametrize("step", [0, 1, 7, 128])
def test_messages_survive_any_cut_of_the_stream(step: int) -> None:
    body = bytes(range(256)) * 3
    data = _chunk_size(300) + chunk(0, body[:300], length=768, timestamp=40)
    data += chunk(3, body[300:600]) + chunk(3, body[600:])
    assert _feed(data, step) == [Message(9, 1, 40, body)]


def test_deltas_of_short_headers_move_the_clock() -> None:
    data = chunk(0, b"a", length=1, timestamp=1000) + chunk(1, b"b", length=1, timestamp=33)
    data += chunk(2, b"c", timestamp=34) + chunk(3, b"d")
    assert [message.timestamp for message in _feed(data)] == [1000, 1033, 1067, 1101]


def test_interleaved_chunk_streams_do_not_mix() -> None:
    data = chunk(0, b"v" * 128, length=200, chunk_stream_id=4) + chunk(
        0, b"a" * 3, length=3, type_id=8, chunk_stream_id=6
    )
    data += chunk(3, b"v" * 72, chunk_stream_id=4)
    assert [(message.type_id, message.payload) for message in _feed(data)] == [(8, b"aaa"), (9, b"v" * 200)]


def test_times_beyond_four_and_a_half_hours_come_as_extended_timestamps() -> None:
    late = 0x01000000
    data = chunk(0, b"x" * 128, length=200, extended=late) + chunk(3, b"x" * 72, extended=late)
    data += chunk(1, b"y", length=1, timestamp=20)
    assert [message.timestamp for message in _feed(data)] == [late, late + 20]


def test_encoders_that_leave_out_extended_timestamps_in_follow_up_chunks_are_understood() -> None:
    data = chunk(0, b"x" * 128, length=200, extended=0x01000000) + chunk(3, b"x" * 72)
    assert _feed(data) == [Message(9, 1, 0x01000000, b"x" * 200)]


def test_clock_wraps_after_seven_weeks() -> None:
    data = chunk(0, b"a", length=1, extended=0xFFFFFFFE) + chunk(1, b"b", length=1, timestamp=5)
    assert [message.timestamp for message in _feed(data)] == [0xFFFFFFFE, 3]


@pytest.mark.parametrize(
    "data",
    [
        chunk(3, b"x"),
        chunk(2, b"x"),
        chunk(0, b"", length=0xFFFFFF),
        chunk(0, b"", length=100_000, type_id=20),
        _chunk_size(0),
        _chunk_size(0x80000000),
        b"".join(chunk(0, b"x", length=2, chunk_stream_id=n) for n in range(2, 64))
        + b"".join(bytes([0, n]) + chunk(0, b"x", length=2)[1:] for n in range(MAX_CHUNK_STREAMS)),
    ],
    ids=["orphan", "orphan-delta", "too-large", "large-command", "zero-chunk", "huge-chunk", "too-many-streams"],
)
def test_what_breaks_a_limit_is_refused(data: bytes) -> None:
    with pytest.raises(RtmpError):
        _feed(data)


def test_unfinished_messages_cannot_fill_the_memory() -> None:
    reader = ChunkReader()
    reader.feed(_chunk_size(7 * 1024 * 1024))
    size = 8 * 1024 * 1024
    for number in (4, 5):
        assert reader.feed(chunk(0, bytes(7 * 1024 * 1024), length=size, chunk_stream_id=number)) == []
    with pytest.raises(RtmpError, match="unfinished"):
        reader.feed(chunk(0, bytes(7 * 1024 * 1024), length=size, chunk_stream_id=6))


_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(min_size=1, max_size=20), inner, max_size=5),
    max_leaves=20,
)


@given(st.lists(_values, max_size=5))
def test_amf0_values_come_back_as_they_went(values: list[bool | float | str | None]) -> None:
    assert decode_values(encode_values(*values)) == values


@given(st.binary(max_size=300))
def test_amf0_of_anything_is_a_value_or_an_error_of_ours(data: bytes) -> None:
    try:
        decode_values(data)
    except RtmpError:
        return


def test_amf0_cannot_nest_without_end() -> None:
    with pytest.raises(RtmpError, match="too deep"):
        decode_values(b"\x03\x00\x01a" * 5000)
    with pytest.raises(RtmpError, match="too long"):
        decode_values(b"\x0a\xff\xff\xff\xff" + b"\x05" * 5000)


def _publishing() -> PublishSession:
    session = PublishSession()
    events = session.feed(HELLO + publish_commands("secret?token=1"))
    assert events == [PublishRequested("secret")]
    session.accept_publish()
    return session


def test_an_fmle_encoder_is_let_through_to_publish() -> None:
    session = _publishing()
    output = session.take_output()
    for expected in (b"NetConnection.Connect.Success", b"hvc1", b"onFCPublish", b"NetStream.Publish.Start"):
        assert expected in output
    assert session.encoder == "FMLE/3.0"
    data = write_message(4, 9, 1, b"\x17\x01picture") + write_message(6, 8, 1, b"\xaf\x01sound")
    assert session.feed(data) == [Media(9, 0, b"\x17\x01picture"), Media(8, 0, b"\xaf\x01sound")]
    assert session.feed(command("FCUnpublish", 6.0, None, "secret")) == [Unpublished()]


def test_plain_publishing_works_too() -> None:
    session = PublishSession()
    data = command("connect", 1.0, {"app": "live"}) + command("createStream", 2.0, None)
    assert session.feed(HELLO + data + command("publish", 3.0, None, "secret")) == [PublishRequested("secret")]


def test_media_before_the_key_was_checked_goes_nowhere() -> None:
    session = PublishSession()
    events = session.feed(HELLO + publish_commands("secret") + write_message(4, 9, 1, b"\x17\x01picture"))
    assert events == [PublishRequested("secret")]
    session.refuse_publish(Refusal.BAD_NAME, "no")
    assert b"NetStream.Publish.BadName" in session.take_output()
    assert session.feed(write_message(4, 9, 1, b"\x17\x01picture")) == []


def test_a_ping_is_answered_and_received_bytes_are_acknowledged() -> None:
    session = _publishing()
    session.take_output()
    session.feed(write_message(2, 4, 0, b"\x00\x06\x00\x00\x12\x34"))
    assert b"\x00\x07\x00\x00\x12\x34" in session.take_output()
    session.feed(_chunk_size(0xFFFFFF) + write_message(4, 9, 1, bytes(2_000_000), chunk_bytes=0xFFFFFF))
    assert session.take_output()[7] == 3


def test_aggregates_are_taken_apart() -> None:
    session = _publishing()
    tags = b"".join(
        bytes([kind]) + len(body).to_bytes(3, "big") + at.to_bytes(3, "big") + bytes(4) + body + bytes(4)
        for kind, at, body in ((9, 500, b"\x17\x01p"), (8, 520, b"\xaf\x01s"))
    )
    assert session.feed(write_message(4, 22, 1, tags)) == [Media(9, 0, b"\x17\x01p"), Media(8, 20, b"\xaf\x01s")]


def _feed_or_refuse(session: PublishSession, data: bytes, step: int) -> list[SessionEvent]:
    events: list[SessionEvent] = []
    try:
        for at in range(0, len(data), step):
            events += session.feed(data[at : at + step])
    except RtmpError:
        return events
    return events


@given(st.binary(max_size=2000), st.integers(1, 500))
def test_garbage_never_raises_anything_else(data: bytes, step: int) -> None:
    assert _feed_or_refuse(PublishSession(), data, step) == []
    assert _feed_or_refuse(PublishSession(), HELLO + data, step) == []


@given(st.data())
def test_a_damaged_conversation_never_raises_anything_else(data: st.DataObject) -> None:
    conversation = bytearray(publish_commands("secret") + write_message(4, 9, 1, bytes(500)))
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(conversation) - 1))
        conversation[position] = data.draw(st.integers(0, 255))
    for event in _feed_or_refuse(PublishSession(), HELLO + bytes(conversation), data.draw(st.integers(1, 400))):
        assert isinstance(event, PublishRequested | Unpublished)
