"""Playlists: what players need to start, to go on, to seek, and to show cues at their moment."""

import re

from hypothesis import given
from hypothesis import strategies as st

from xiaodian.contracts.media import DateRange
from xiaodian.modules.media import rules
from xiaodian.modules.media.playlist import Playlist, PlaylistSegment, ranges_within, render_playlist

NOON_MS = 1_795_348_800_000


def _segments(count: int, first: int = 0, broken_at: int | None = None) -> list[PlaylistSegment]:
    return [
        PlaylistSegment(
            seq=seq,
            start_ms=NOON_MS + seq * 1000,
            duration_ms=1000,
            name=f"{int(broken_at is not None and seq >= broken_at)}-{seq}.m4s",
            init_name=f"{int(broken_at is not None and seq >= broken_at)}-init.mp4",
            discontinuity=seq == broken_at,
        )
        for seq in range(first, first + count)
    ]


def _cue(range_id: str, start_ms: int, end_ms: int | None, **attributes: str) -> DateRange:
    return DateRange(
        range_id=range_id, range_class="xiaodian.cue", start_ms=start_ms, end_ms=end_ms, attributes=attributes
    )


def test_a_live_playlist_is_a_window_that_says_where_it_is() -> None:
    text = render_playlist(Playlist(_segments(3, first=7), 1, False, 2, [])).decode()
    assert text == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:7\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:2\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="0-init.mp4"\n#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:07.000Z\n'
        "#EXTINF:1.000,\n0-7.m4s\n#EXTINF:1.000,\n0-8.m4s\n#EXTINF:1.000,\n0-9.m4s\n"
    )


def test_after_an_interruption_comes_a_new_init_and_a_new_date() -> None:
    lines = render_playlist(Playlist(_segments(4, broken_at=2), 1, False, 0, [])).decode().splitlines()
    at = lines.index("#EXT-X-DISCONTINUITY")
    assert lines[at + 1 : at + 5] == [
        '#EXT-X-MAP:URI="1-init.mp4"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-22T12:00:02.000Z",
        "#EXTINF:1.000,",
        "1-2.m4s",
    ]


def test_a_finished_film_can_be_seeked_from_start_to_end() -> None:
    text = render_playlist(Playlist(_segments(30), 1, True, 0, [])).decode()
    assert "#EXT-X-PLAYLIST-TYPE:VOD" in text
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert text.count("#EXTINF") == 30


def test_a_cue_is_written_where_any_player_can_read_it() -> None:
    cue = _cue(
        "c1", NOON_MS + 500, NOON_MS + 2750, **{"product_id": "p1", "x-title": 'He said "now"\r\n#EXT-X-ENDLIST'}
    )
    text = render_playlist(Playlist(_segments(3), 1, False, 0, [cue])).decode()
    assert (
        '#EXT-X-DATERANGE:ID="c1",CLASS="xiaodian.cue",START-DATE="2026-11-22T12:00:00.500Z",'
        'END-DATE="2026-11-22T12:00:02.750Z",DURATION=2.250,X-PRODUCT-ID="p1",'
        "X-TITLE=\"He said 'now'#EXT-X-ENDLIST\"\n"
    ) in text
    assert "\n#EXT-X-ENDLIST" not in text


def test_only_cues_of_the_time_shown_are_in_the_playlist() -> None:
    past, open_, coming = _cue("past", 0, 10), _cue("open", 5, None), _cue("coming", 900, None)
    assert ranges_within([past, open_, coming], 100, None) == [open_, coming]
    closed = _cue("open", 5, 500)
    assert ranges_within([past, open_, coming], 100, 500) == [closed]


@given(st.lists(st.floats(0.2, 8.0), min_size=1, max_size=200), st.floats(0, 1e6))
def test_rounding_never_adds_up_and_the_target_holds(durations_s: list[float], start_s: float) -> None:
    at_s, end_ms, target_s = start_s, None, 1
    times = []
    for duration_s in durations_s:
        time = rules.segment_time(NOON_MS, at_s, duration_s)
        assert end_ms is None or abs(time.start_ms - end_ms) <= 1
        end_ms, at_s = time.start_ms + time.duration_ms, at_s + duration_s
        target_s = max(target_s, rules.rounded_target_s(time.duration_ms))
        times.append(time)
    assert abs(sum(time.duration_ms for time in times) - sum(durations_s) * 1000) <= len(times)
    assert all(round(time.duration_ms / 1000) <= target_s for time in times)


def test_only_names_we_gave_are_looked_up() -> None:
    assert rules.is_stream_file(rules.segment_name(3, 14))
    assert rules.is_stream_file(rules.init_name(0))
    for name in ("..", "../secret", "0-1.m4s/..", "0-1.m4s\n", "٣-1.m4s", "", "index.m3u8", "0-.m4s", "%2e%2e"):
        assert not rules.is_stream_file(name)
        assert not rules.is_picture_file(name)


def test_addresses_follow_the_host_the_console_was_opened_on() -> None:
    found = rules.publish_addresses(
        requested_url="http://192.0.2.7:8000/", rtmp_url="", rtmp_port=1935, publisher_url="", publisher_port=8002
    )
    assert found == ("rtmp://192.0.2.7/live", "ws://192.0.2.7:8002/publish")
    found = rules.publish_addresses(
        requested_url="https://[2001:db8::1]/", rtmp_url="", rtmp_port=2935, publisher_url="wss://x/p", publisher_port=1
    )
    assert found == ("rtmp://[2001:db8::1]:2935/live", "wss://x/p")
    assert re.fullmatch(r"rtmp://.*", found.rtmp_url)
