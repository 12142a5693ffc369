"""Nobody is written to at night or too often."""

from datetime import UTC, date, datetime
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
    name_product,
    next_loud,
    next_try,
    tighten,
)

PLATFORM = Bounds(most_messages=3, cap_days=7, quiet=((22, 8),), utc_offset_h=8)


def at(hour: int, minute: int = 0, day: int = 10) -> datetime:
    """A moment of the books' day, in UTC."""
    return datetime(2026, 11, day, tzinfo=UTC).replace(hour=(hour - 8) % 24, minute=minute)


def test_a_message_at_night_waits_for_the_morning() -> None:
    assert next_loud(at(12, 30), PLATFORM) == at(12, 30)
    assert next_loud(at(7, 59), PLATFORM) == datetime(2026, 11, 10, 0, 0, tzinfo=UTC).replace(day=11)
    late = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)  # 22:30 of the books.
    assert next_loud(late, PLATFORM) == datetime(2026, 11, 11, 0, 0, tzinfo=UTC)


def test_a_shop_only_ever_narrows_what_the_platform_allows() -> None:
    own = tighten(PLATFORM, ShopBounds(most_messages=1, quiet_from_h=12, quiet_until_h=14))
    assert own.most_messages == 1
    assert next_loud(at(12, 30), own) == at(14)
    assert next_loud(at(22, 30), own) == datetime(2026, 11, 11, 0, 0, tzinfo=UTC)
    assert tighten(PLATFORM, ShopBounds(most_messages=50)).most_messages == 3
    assert tighten(PLATFORM, ShopBounds()) == PLATFORM
    with pytest.raises(InvalidInputError):
        check_bounds(tighten(PLATFORM, ShopBounds(quiet_from_h=8, quiet_until_h=20)))


def test_who_opted_out_or_has_heard_enough_is_skipped() -> None:
    def _skip(messages: int, has_opted_out: bool) -> Skip | None:
        return find_skip(Known(account_id=AccountId(uuid4()), messages=messages, has_opted_out=has_opted_out), 3)

    assert (_skip(2, False), _skip(3, False), _skip(0, True), _skip(3, True)) == (
        None,
        Skip.CAPPED,
        Skip.OPTED_OUT,
        Skip.OPTED_OUT,
    )


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
