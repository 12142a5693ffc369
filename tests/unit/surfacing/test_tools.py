"""The tools: a room in, cues out; cues in, figures out; what is wrong with a file is said with its line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from xiaodian.cli import main as command_line
from xiaodian.modules.surfacing import api as surfacing
from xiaodian.modules.surfacing.recordings import CueLine

BAG = {
    "kind": "bag",
    "room": "r",
    "lang": "zh",
    "products": [
        {
            "id": "p1",
            "number": 1,
            "title": "丹东99红颜草莓顺丰空运",
            "skus": ["3斤装"],
            "price_minor": 9900,
            "stock": 5,
        },
        {"id": "p2", "number": 2, "title": "秭归脐橙现摘现发", "skus": ["10斤装"], "price_minor": 4900, "stock": 5},
    ],
}
LINES = [
    {"kind": "viewers", "t": 100, "n": 40},
    {"kind": "comment", "t": 900, "account": "u1", "text": "来了"},
    {"kind": "transcript", "t": 5000, "text": "来咱们先看一号链接这个红颜草莓"},
    {"kind": "host_cue", "t": 60_000, "product": "p2"},
]


def _write(path: Path, lines: list[object]) -> str:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return str(path)


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        command_line.main(["surfacing", *arguments])
    return int(caught.value.code or 0)


def _at(t: int, product: str, until: int) -> CueLine:
    return CueLine(t_ms=t, product_id=product, until_ms=until)


def test_a_recorded_room_gives_its_cues_one_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("replay", _write(tmp_path / "room.jsonl", [BAG, *LINES])) == 0
    cues = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(cue["t"], cue["product"]) for cue in cues] == [(5000, "p1"), (60_000, "p2")]
    assert cues[1]["reason"]["text"] == "主播亲手上了这件"
    assert all(0 <= cue["confidence"] <= 1 and cue["until"] > cue["t"] and cue["reason"]["evidence"] for cue in cues)


def test_a_room_can_come_through_a_pipe() -> None:
    room = "\n".join(json.dumps(line) for line in [BAG, *LINES])
    run = subprocess.run(
        [sys.executable, "-m", "xiaodian", "surfacing", "replay", "-"], input=room, capture_output=True, text=True
    )
    assert (run.returncode, len(run.stdout.splitlines())) == (0, 2), run.stderr


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "there is no bag"),
        (LINES, "line 1: a room begins with its bag"),
        ([BAG, "{nonsense"], "line 2: "),
        ([BAG, "[1, 2]"], "line 2: Expected `object`, got `array`"),
        ([BAG, '{"t": 1}'], "line 2: Object missing required field `kind`"),
        ([BAG, {"kind": "transcript", "t": -1, "text": "x"}], "line 2: "),
        ([BAG, {"kind": "transcript", "t": 1.5, "text": "x"}], "line 2: "),
        ([BAG, {"kind": "transcript", "t": 10**30, "text": "x"}], "line 2: "),
        ([BAG, {"kind": "transcript", "t": 1}], "line 2: Object missing required field `text`"),
        ([BAG, {"kind": "transcript", "t": 1, "text": "啊" * 4001}], "line 2: "),
        (
            [BAG, {"kind": "stock", "t": 1, "product": "p1", "n": "none"}],
            "line 2: Expected `int`, got `str`",
        ),
        ([BAG, {"kind": "bag_click", "t": 1, "account": "u", "product": "p9"}], "'p9' is not in the bag"),
        ([BAG, {"kind": "viewers", "t": 9, "n": 1}, {"kind": "viewers", "t": 8, "n": 1}], "line 3: time goes back"),
        ([{**BAG, "products": [BAG["products"][0]] * 2}], "line 1: two products of the bag have the id 'p1'"),
        ([{**BAG, "lang": "xx"}], "line 1: "),
        ([BAG, "[" * 100_000], "line 2: "),
    ],
)
def test_a_bad_room_is_refused_with_its_line(
    lines: list[object], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("replay", _write(tmp_path / "room.jsonl", lines)) == 2
    told = capsys.readouterr()
    assert complaint in told.err
    assert "room.jsonl" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00garbage\n", b"\x00" * 100, b'{"kind":"bag","products":[]}\n\xff\n'])
def test_bytes_that_are_no_text_are_refused(raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "room.jsonl"
    path.write_bytes(raw)
    assert _run("replay", str(path)) == 2
    assert "line " in capsys.readouterr().err


def test_a_missing_file_is_told_and_not_a_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("replay", str(tmp_path / "none.jsonl")) == 2
    assert "No such file" in capsys.readouterr().err


def test_kinds_of_a_later_version_are_passed_over_with_a_note(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [BAG, {"kind": "weather", "t": 3, "sun": True}, *LINES]
    assert _run("replay", _write(tmp_path / "room.jsonl", lines)) == 0
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 2
    assert "line 2: passed over" in told.err


def test_the_score_is_printed_one_figure_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = _write(tmp_path / "truth.jsonl", [{"t": 1000, "product": "p1", "until": 30_000}])
    cues = _write(
        tmp_path / "cues.jsonl",
        [{"t": 3000, "product": "p1", "until": 9000}, {"t": 60_000, "product": "p2", "until": 70_000}],
    )
    room = _write(tmp_path / "room.jsonl", [BAG, {"kind": "viewers", "t": 1_800_000, "n": 1}])
    assert _run("score", truth, cues, "--room", room) == 0
    assert capsys.readouterr().out.splitlines() == [
        "precision: 0.500",
        "recall: 1.000",
        "f1: 0.667",
        "median_lateness_ms: 2000",
        "false_cues_per_hour: 2.00",
    ]


@pytest.mark.parametrize("bad", ['{"t": 5, "product": "p1", "until": 4}', '{"t": 5, "product": "p1"}', "no"])
def test_bad_cues_are_refused_with_their_line(bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = _write(tmp_path / "truth.jsonl", [{"t": 1000, "product": "p1", "until": 30_000}, bad])
    assert _run("score", truth, truth) == 2
    assert "truth.jsonl: line 2: " in capsys.readouterr().err


def test_a_cue_is_right_between_a_second_before_and_eight_after() -> None:
    truth = [_at(10_000, "p1", 40_000)]
    for t, right in ((8_999, 0), (9_000, 1), (18_000, 1), (18_001, 0)):
        score = surfacing.score_cues(truth, [_at(t, "p1", 60_000)])
        assert (score.right, score.false) == (right, 1 - right), t


def test_more_cues_of_a_met_moment_count_for_nothing_until_it_ends() -> None:
    truth = [_at(10_000, "p1", 40_000)]
    cues = [_at(t, "p1", 99_000) for t in (11_000, 30_000, 40_000, 40_001)]
    score = surfacing.score_cues(truth, cues)
    assert (score.right, score.false, score.recall) == (1, 1, 1.0)


def test_a_cue_meets_one_moment_only_and_of_its_own_product() -> None:
    truth = [_at(10_000, "p1", 12_000), _at(13_000, "p1", 20_000), _at(13_000, "p2", 20_000)]
    score = surfacing.score_cues(truth, [_at(14_000, "p1", 20_000), _at(14_500, "p1", 20_000)])
    assert (score.right, score.false, score.moments) == (2, 0, 3)
    assert score.lateness_ms == (4_000, 1_500)


def test_an_empty_room_has_a_score() -> None:
    score = surfacing.score_cues([], [])
    assert (score.precision, score.recall, score.f1) == (1.0, 1.0, 1.0)
    assert score.median_lateness_ms is None
    assert score.false_per_hour is None
