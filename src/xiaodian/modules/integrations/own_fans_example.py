"""Examples of a creator's own fans."""

from datetime import UTC, datetime
from uuid import UUID

from xiaodian.modules.fans.api import CreatorFanGroup
from xiaodian.modules.integrations import wire_own_fans as own_fans

ROOM_ID = UUID("0193b2d4-1111-7aaa-8bbb-cccccccccccc")
FAN_ID = UUID("0193b2d4-2222-7aaa-8bbb-dddddddddddd")
AT, LATER = datetime(2026, 11, 2, 12, 5, tzinfo=UTC), datetime(2026, 11, 28, 13, 20, tzinfo=UTC)

OWN_FAN = own_fans.OwnFan(
    id=FAN_ID,
    name="王*",
    followed_at=AT,
    since=AT,
    latest_at=LATER,
    views=12,
    watched_s=5400,
    comments=8,
    likes=3,
    orders=2,
    spent_minor=5980,
    currency="CNY",
)
OWN_FAN_PLACE = own_fans.OwnFanPlace(
    id=ROOM_ID,
    is_room=True,
    title="草莓园直播",
    last_at=LATER,
    views=3,
    watched_s=2700,
    comments=5,
    likes=0,
    orders=2,
    spent_minor=5980,
)
OWN_FANS = (
    own_fans.OwnFanPage(items=[OWN_FAN], next_cursor=None),
    own_fans.OwnFanGroups(items=[own_fans.OwnFanGroup(code=CreatorFanGroup.FOLLOWERS, fans=320)], is_for_others=False),
    own_fans.OwnFanDetail(fan=OWN_FAN, last_order_at=LATER, places=[OWN_FAN_PLACE]),
)
