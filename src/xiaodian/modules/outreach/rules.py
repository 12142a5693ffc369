"""Pure decisions: who is held out, when it is quiet, how many messages are enough."""

from calendar import isleap
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.base import InvalidInputError
from xiaodian.contracts.outreach import CampaignId, CampaignState, CampaignStateError, Skip
from xiaodian.kit.text import is_blank

PRODUCT_PLACES = ("【商品】", "[product]")
ROOM_PLACES = ("【直播】", "[show]")
TIME_PLACES = ("【时间】", "[time]")
HOLD_OUT_BP = 1000
LEAST_HOLD_OUT_BP = 100
WINDOW_DAYS = 7
AGAIN_DAYS = 30
LATE_AT_MOST = timedelta(minutes=1)
"""That the hour of a message may have passed: people type it to the minute. A wrong year must not send it at once."""
FARTHEST_SENDING = timedelta(days=90)
LEAST_LOUD_HOURS = 4
_WHOLE_BP = 10_000
_HOURS = 24


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much fans are spoken to: so many messages in so many days, none at quiet hours of the books' time zone."""

    most_messages: int
    cap_days: int
    quiet: tuple[tuple[int, int], ...]
    """From which hour until which."""
    utc_offset_h: int


class ShopBounds(msgspec.Struct, frozen=True, kw_only=True):
    """Where a shop asks more of itself than the platform does; None: as the platform."""

    most_messages: int | None = None
    quiet_from_h: int | None = None
    quiet_until_h: int | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a fan when it is decided whether a message goes out."""

    account_id: AccountId
    messages: int
    """How many the fan got within the days that count, from all shops."""
    has_opted_out: bool


def is_held_out(campaign_id: CampaignId, account_id: AccountId, hold_out_bp: int) -> bool:
    """Whether a fan is held out of a campaign: drawn by a hash, so always the same, and anew for each campaign."""
    drawn = blake2b(campaign_id.bytes + account_id.bytes, digest_size=8).digest()
    return int.from_bytes(drawn) * _WHOLE_BP < hold_out_bp << 64


def find_skip(known: Known, most_messages: int, *, is_reachable: bool) -> Skip | None:
    """Why nothing goes to this fan, if so."""
    if known.has_opted_out:
        return Skip.OPTED_OUT
    if not is_reachable:
        return Skip.UNREACHABLE
    return Skip.CAPPED if known.messages >= most_messages else None


def tighten(platform: Bounds, shop: ShopBounds) -> Bounds:
    """The platform's bounds with those of the shop: the smaller number, and quiet when either of them wants it."""
    most = platform.most_messages if shop.most_messages is None else min(platform.most_messages, shop.most_messages)
    quiet = platform.quiet
    if shop.quiet_from_h is not None and shop.quiet_until_h is not None:
        quiet = (*quiet, (shop.quiet_from_h, shop.quiet_until_h))
    return msgspec.structs.replace(platform, most_messages=most, quiet=quiet)


def birthdays_on(day: date) -> list[str]:
    """The birthdays that are kept on a day: those of 29 February on the 28th where there is none."""
    kept = [f"{day:%m-%d}"]
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        kept.append("02-29")
    return kept


def name_product(text: str, title: str) -> str:
    """A message with the product that it is about in the place where the shop wants it."""
    for place in PRODUCT_PLACES:
        text = text.replace(place, title)
    return text


def name_room(text: str, title: str, begins_at: str) -> str:
    """A message with the room that it is about, and when that begins, in the places where the shop wants them."""
    for places, word in ((ROOM_PLACES, title), (TIME_PLACES, begins_at)):
        for place in places:
            text = text.replace(place, word)
    return text


def last_loud(moment: datetime, bounds: Bounds) -> datetime:
    """The moment itself, or the last minute before it that is not quiet."""
    local = moment + timedelta(hours=bounds.utc_offset_h)
    for _ in range(_HOURS):
        if not _is_quiet(local.hour, bounds):
            break
        local = local.replace(minute=0, second=0, microsecond=0) - timedelta(minutes=1)
    return local - timedelta(hours=bounds.utc_offset_h)


def next_loud(moment: datetime, bounds: Bounds) -> datetime:
    """The moment itself, or the first full hour after it that is not quiet."""
    local = moment + timedelta(hours=bounds.utc_offset_h)
    for _ in range(_HOURS):
        if not _is_quiet(local.hour, bounds):
            break
        local = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return local - timedelta(hours=bounds.utc_offset_h)


def stays_loud(moment: datetime, bounds: Bounds) -> timedelta:
    """How long after a moment that is not quiet it becomes so, a day at most."""
    offset = timedelta(hours=bounds.utc_offset_h)
    hour = (moment + offset).replace(minute=0, second=0, microsecond=0)
    hours = (hour + timedelta(hours=number) for number in range(1, _HOURS))
    quiet_at = next((each for each in hours if _is_quiet(each.hour, bounds)), None)
    return timedelta(days=1) if quiet_at is None else quiet_at - offset - moment


def check_bounds(bounds: Bounds) -> None:
    """Some hours of the day must be left to send in. Raises InvalidInputError."""
    if sum(not _is_quiet(hour, bounds) for hour in range(_HOURS)) < LEAST_LOUD_HOURS:
        raise InvalidInputError(field="quiet_until_h", reason="too_quiet", least=LEAST_LOUD_HOURS)


def check_hold_out(hold_out_bp: int, *, without: bool) -> None:
    """A hold-out group is left out only by saying so. Raises InvalidInputError."""
    if without:
        if hold_out_bp != 0:
            raise InvalidInputError(field="hold_out_bp", reason="not_zero")
    elif hold_out_bp < LEAST_HOLD_OUT_BP:
        raise InvalidInputError(field="hold_out_bp", reason="too_small", least=LEAST_HOLD_OUT_BP)


def check_room_moments(minutes_before: int | None, *, of_rooms: bool, at_announcement: bool) -> None:
    """A flow of rooms speaks at one moment at least, and no other flow has them. Raises InvalidInputError."""
    if of_rooms != (at_announcement or minutes_before is not None):
        raise InvalidInputError(field="minutes_before", reason="no_moment" if of_rooms else "no_rooms")


def check_cancel(state: CampaignState, *, is_waiting: bool) -> None:
    """What is planned or on its way can be stopped, also what waits for the morning. Raises CampaignStateError."""
    if state not in (CampaignState.PLANNED, CampaignState.SENDING) and not (state is CampaignState.SENT and is_waiting):
        raise CampaignStateError(state=state)


def check_words(field: str, text: str) -> str:
    """Something to read, trimmed. Raises InvalidInputError."""
    if is_blank(text):
        raise InvalidInputError(field=field, reason="empty")
    return text.strip()


BACK_OFF: Sequence[timedelta] = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When to try again what failed so often, or never."""
    return now + BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None


def _is_quiet(hour: int, bounds: Bounds) -> bool:
    """Quiet hours may go over midnight; from and until the same hour is no quiet at all."""
    return any(
        from_h <= hour < until_h if from_h <= until_h else hour >= from_h or hour < until_h
        for from_h, until_h in bounds.quiet
    )
