"""How a report's figures are written on paper, in the reader's language: pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from xiaodian.edge.messages import catalogue, translate

MONEY = frozenset({"gmv", "returned", "gmv_net", "aov", "gpm", "uv_value"})
SHARES = frozenset({"conversion", "fan_share_viewers", "fan_share_buyers"})
SYMBOLS: Mapping[str, str] = {"CNY": "¥"}
MINUTE_S = 60
HOUR_S = 3600
BRIEF_FROM_MINOR = 100_00
SMALL_SHARE = 0.1
"""Below it a share is written to the hundredth of a percent."""


class Words(NamedTuple):
    """A language, a time zone and a currency."""

    language: str
    utc_offset_h: int
    currency: str

    def say(self, key: str, **params: object) -> str:
        """A text of the console; a count of one has its own."""
        if params.get("count") == 1 and f"{key}_one" in catalogue(self.language, "console_insights"):
            key = f"{key}_one"
        return translate(self.language, "console_insights", key, params)

    def name(self, key: str) -> str:
        """What a figure is called."""
        return self.say(f"metric_{key}")

    def formula(self, key: str) -> str:
        """How a figure is reckoned. The font has no sign of minus."""
        return self.say(f"metric_{key}_formula").replace("\N{MINUS SIGN}", "-")

    def figure(self, key: str, value: float | None) -> str:
        """A figure as it is written; `–` where there is none."""
        if value is None:
            return "–"
        if key in MONEY:
            return self.money(round(value))
        if key in SHARES:
            return self.share(value)
        return self.length(value) if key == "watch_average" else f"{round(value):,}"

    def money(self, minor: int) -> str:
        """`199050` becomes `¥1,990.50`."""
        sign = "-" if minor < 0 else ""
        symbol = SYMBOLS.get(self.currency, f"{self.currency} ")
        return f"{sign}{symbol}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"

    def brief(self, key: str, value: float) -> str:
        """The same to stand beside another figure: money of some size without its hundredths."""
        if key in MONEY and abs(value) >= BRIEF_FROM_MINOR:
            return self.money(round(value / 100) * 100).rpartition(".")[0]
        return self.figure(key, value)

    def share(self, value: float) -> str:
        """`0.125` becomes `12.5%`."""
        digits = 2 if value < SMALL_SHARE else 1
        text = f"{value * 100:.{digits}f}"
        return f"{text.rstrip('0').rstrip('.')}%"

    def length(self, seconds: float) -> str:
        """A length of time, in words."""
        if seconds < MINUTE_S:
            return self.say("report_seconds", n=round(seconds))
        hours, minutes = int(seconds) // HOUR_S, int(seconds) % HOUR_S // MINUTE_S
        if hours:
            return self.say("report_hours_minutes", hours=hours, minutes=minutes)
        return self.say("report_minutes", minutes=minutes)

    def clock(self, ms: int) -> str:
        """So far into the room: `1:02:03`."""
        seconds = max(0, ms) // 1000
        hours, minutes = seconds // HOUR_S, seconds % HOUR_S // MINUTE_S
        return f"{hours}:{minutes:02d}:{seconds % MINUTE_S:02d}" if hours else f"{minutes}:{seconds % MINUTE_S:02d}"

    def moment(self, epoch_ms: int) -> str:
        """A date and time in the time zone of the books."""
        zone = timezone(timedelta(hours=self.utc_offset_h))
        return f"{datetime.fromtimestamp(epoch_ms / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M}"


def change(value: float | None, before: float | None) -> str:
    """By what part a figure is above or below what was before: `↑12%`; empty if nothing can be said."""
    if value is None or not before:
        return ""
    by = round((value - before) / before * 100)
    return "" if by == 0 else f"{'↑' if by > 0 else '↓'}{abs(by)}%"
