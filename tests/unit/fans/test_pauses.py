"""How long fans wait between purchases can be read off bars: of none, one and very many, of some that waited years."""

from xiaodian.modules.fans.pause_rules import MOST_BARS, describe_pauses


def test_without_a_pause_there_is_no_median_and_no_bar() -> None:
    for by_days in ([], [(3, 0)], [(3, -1)]):
        found = describe_pauses(by_days)
        assert (found.pauses, found.median_days, found.bars) == (0, None, [])


def test_one_pause_is_one_bar_at_its_day_and_the_median() -> None:
    found = describe_pauses([(20, 1)])
    assert (found.quarter_days, found.median_days, found.three_quarters_days) == (20, 20, 20)
    assert [(bar.from_days, bar.to_days) for bar in found.bars if bar.pauses] == [(20, 20)]
    assert len(found.bars) == 21
    [same_day] = describe_pauses([(0, 5)]).bars
    assert (same_day.from_days, same_day.to_days, same_day.pauses) == (0, 0, 5)


def test_bars_stand_side_by_side_and_hold_every_pause_however_many_there_are() -> None:
    for longest in (1, 10, 23, 24, 47, 90, 365, 730, 3000):
        by_days = [(days, 1 + days % 7 * 1000) for days in range(longest + 1)]
        found = describe_pauses(by_days)
        assert sum(bar.pauses for bar in found.bars) == found.pauses == sum(pauses for _, pauses in by_days)
        assert 1 <= len(found.bars) <= MOST_BARS + 1
        ends = [bar.to_days for bar in found.bars]
        assert [bar.from_days for bar in found.bars] == [0, *((end or 0) + 1 for end in ends[:-1])]


def test_a_few_who_waited_years_do_not_squeeze_all_others_into_one_bar() -> None:
    found = describe_pauses([(days, 100) for days in range(1, 31)] + [(1500, 3)])
    assert (found.bars[-1].to_days, found.bars[-1].pauses >= 3) == (None, True)
    assert sum(1 for bar in found.bars if bar.pauses) >= 10
