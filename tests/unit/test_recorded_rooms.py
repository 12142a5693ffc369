"""The recorded rooms that surfacing is judged by: a wrong one would make every figure about it worthless."""

from pathlib import Path

import msgspec
import pytest
from bench.rooms.compile import MINUTES, MOMENTS, compile_room, outputs, scripts
from bench.rooms.crowd import FEWEST_EVENTS, MOST_EVENTS
from bench.rooms.script import ScriptError, read_script

ROOM = """room zh-small lang zh seed 1 minutes 10
p1 | 草莓 | skus 3斤装 | price 9900 | stock 500
p2 | 蓝莓 | price 3900 | stock 5
---
0:03 H 大家晚上好
0:09 H* p1 until 0:40 来看草莓
"""


@pytest.mark.parametrize("script", scripts(), ids=lambda path: path.stem)
def test_a_room_is_what_its_script_says_and_keeps_the_bounds(script: Path) -> None:
    room_path, truth_path = outputs(script)
    room, truth = compile_room(script)
    assert room_path.read_bytes() == room
    assert truth_path.read_bytes() == truth
    bag, *events = map(msgspec.json.decode, room.splitlines())
    moments = [msgspec.json.decode(line) for line in truth.splitlines()]
    length_ms = read_script(script).length_ms
    assert FEWEST_EVENTS <= len(events) <= MOST_EVENTS
    assert MINUTES[0] * 60_000 <= length_ms <= MINUTES[1] * 60_000
    assert MOMENTS[0] <= len(moments) <= MOMENTS[1]
    assert {moment["product"] for moment in moments} <= {product["id"] for product in bag["products"]}
    for rows in (events, moments):
        times = [row["t"] for row in rows]
        assert times == sorted(times)
        assert times[0] >= 0
        assert times[-1] <= length_ms
    assert all(moment["t"] < moment["until"] <= length_ms for moment in moments)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("0:50 H* p3 until 1:00 来看樱桃", "p3 is not in the bag"),
        ("0:08 H 早了", "earlier than the line before"),
        ("0:10 H 一秒里谁也说不完这么长的一句话对不对", "nobody can say this"),
        ("0:50 H* p1 来看草莓", "not followed by what it needs"),
        ("0:50 SING 啦啦啦", "an event is"),
        ("0:50 CUE p1 until 0:40", "a moment ends after it begins"),
        ("0:14 CUE p1 until 0:40", "two moments of p1"),
    ],
)
def test_a_slip_in_a_script_is_refused_with_its_line(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "zh-small.script"
    path.write_text(ROOM + line + "\n", encoding="utf-8")
    with pytest.raises(ScriptError, match=rf"zh-small\.script:7: .*{what}"):
        compile_room(path)


def test_a_moment_of_something_sold_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "zh-small.script"
    path.write_text(ROOM + "0:40 STOCK p2 0\n0:50 H* p2 until 1:20 来看蓝莓\n", encoding="utf-8")
    with pytest.raises(ScriptError, match="sold out"):
        compile_room(path)
