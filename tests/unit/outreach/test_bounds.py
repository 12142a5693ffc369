"""Nobody is written to at night or too often."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.outreach import Skip
from xiaodian.modules.outreach.rules import (
    Bounds,
    Known,
    ShopBounds,
    birthdays_on,
    check_bounds,
    check_hold_out,
    find_skip,
    last_loud,
    name_product,
    next_loud,
    next_try,
    stays_loud,
    tighten,
)

MINUTE = timedelta(minutes=1)
PLATFORM = Bounds(most_messages=3, cap_days=7, quiet=((22, 8),), utc_offset_h=8)


def at(hour: int, minute: int = 0, day: int = 10) -> datetime:
    """A moment of the books' day, in UTC."""
    return datetime(2026, 11, day, tzinfo=UTC).replace(hour=(hour - 8) % 24, minute=minute)


def test_a_message_at_night_waits_for_the_morning() -> None:
    assert next_loud(at(12, 30), PLATFORM) == at(12, 30)
    assert next_loud(at(7, 59), PLATFORM) == datetime(2026, 11, 10, 0, 0, tzinfo=UTC).replace(day=11)
    late = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)  # 22:30 of the books.
    assert next_loud(late, PLATFORM) == datetime(2026, 11, 11, 0, 0, tzinfo=UTC)


def test_at_any_hours_and_any_offset_the_loud_time_is_found_to_the_minute() -> None:
    rng = random.Random(22)

    def _is_loud(moment: datetime, bounds: Bounds) -> bool:
        return next_loud(moment, bounds) == moment

    for _ in range(150):
        quiet = tuple((rng.randrange(24), rng.randrange(24)) for _ in range(2))
        bounds = Bounds(most_messages=3, cap_days=7, quiet=quiet, utc_offset_h=rng.randint(-12, 14))
        try:
            check_bounds(bounds)
        except InvalidInputError:
            continue
        moment = datetime(2028, 2, 28, tzinfo=UTC) + timedelta(minutes=rng.randrange(3 * 1440))
        local = (moment + timedelta(hours=bounds.utc_offset_h)).hour
        hours = [{hour % 24 for hour in range(start, end + 24 * (end < start))} for start, end in quiet]
        assert _is_loud(moment, bounds) == all(local not in each for each in hours)
        loud = next_loud(moment, bounds)
        waited = range(0, int((loud - moment).total_seconds()), 60)
        assert not any(_is_loud(moment + timedelta(seconds=second), bounds) for second in waited)
        stays = stays_loud(loud, bounds)
        assert all(_is_loud(loud + minute * MINUTE, bounds) for minute in range(int(stays / MINUTE)))
        assert stays == timedelta(days=1) or not _is_loud(loud + stays, bounds)
        before = last_loud(moment, bounds)
        assert _is_loud(before, bounds)
        assert moment - timedelta(days=1) < before <= moment


def test_a_shop_only_ever_narrows_what_the_platform_allows() -> None:
    own = tighten(PLATFORM, ShopBounds(most_messages=1, quiet_from_h=12, quiet_until_h=14))
    assert own.most_messages == 1
    assert next_loud(at(12, 30), own) == at(14)
    assert next_loud(at(22, 30), own) == datetime(2026, 11, 11, 0, 0, tzinfo=UTC)
    assert tighten(PLATFORM, ShopBounds(most_messages=50)).most_messages == 3
    assert tighten(PLATFORM, ShopBounds()) == PLATFORM
    with pytest.raises(InvalidInputError):
        check_bounds(tighten(PLATFORM, ShopBounds(quiet_from_h=8, quiet_until_h=20)))


def test_who_opted_out_or_has_heard_enough_or_cannot_be_reached_is_skipped() -> None:
    def _skip(messages: int, has_opted_out: bool, *, is_reachable: bool = True) -> Skip | None:
        known = Known(account_id=AccountId(uuid4()), messages=messages, has_opted_out=has_opted_out)
        return find_skip(known, 3, is_reachable=is_reachable)

    assert (_skip(2, False), _skip(3, False), _skip(0, True), _skip(3, True)) == (
        None,
        Skip.CAPPED,
        Skip.OPTED_OUT,
        Skip.OPTED_OUT,
    )
    assert [_skip(messages, opted_out, is_reachable=False) for messages, opted_out in ((0, False), (3, False))] == [
        Skip.UNREACHABLE,
        Skip.UNREACHABLE,
    ]
    assert _skip(0, True, is_reachable=False) is Skip.OPTED_OUT


def test_nobody_is_held_out_only_if_that_is_said() -> None:
    check_hold_out(1000, without=False)
    check_hold_out(0, without=True)
    for hold_out_bp, without in ((0, False), (99, False), (1000, True)):
        with pytest.raises(InvalidInputError):
            check_hold_out(hold_out_bp, without=without)


def test_tries_become_rarer_and_end() -> None:
    now = at(12)
    pauses = [after - now for attempts in range(1, 5) if (after := next_try(attempts, now)) is not None]
    assert pauses == sorted(set(pauses))
    assert len(pauses) == 4
    assert next_try(5, now) is None


def test_who_was_born_on_a_leap_day_is_not_forgotten_in_other_years() -> None:
    assert birthdays_on(date(2026, 2, 28)) == ["02-28", "02-29"]
    assert birthdays_on(date(2028, 2, 28)) == ["02-28"]
    assert birthdays_on(date(2028, 2, 29)) == ["02-29"]


def test_a_product_is_named_where_the_shop_wants_it() -> None:
    assert name_product("【商品】到货了", "草莓") == "草莓到货了"
    assert name_product("[product] is back", "Tea") == "Tea is back"
