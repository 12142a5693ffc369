"""Examples of what goes beside goods and orders: after-sales, promotions, rooms, money, webhooks, jobs."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.aftersales import AfterSaleKind, AfterSaleReason, AfterSaleState
from xiaodian.contracts.catalog import SkuId
from xiaodian.contracts.club import LevelColour
from xiaodian.contracts.fans import SegmentCode
from xiaodian.contracts.imports import JobState, RowOutcome
from xiaodian.contracts.live import RoomState
from xiaodian.contracts.media import VodState
from xiaodian.contracts.payments import RefundState
from xiaodian.contracts.webhooks import DeliveryState
from xiaodian.modules.apps.api import SandboxLine
from xiaodian.modules.integrations import wire_aftersales as aftersales
from xiaodian.modules.integrations import wire_fan_club as fan_club
from xiaodian.modules.integrations import wire_fan_segments as fan_segments
from xiaodian.modules.integrations import wire_finance as finance
from xiaodian.modules.integrations import wire_platform as platform
from xiaodian.modules.integrations import wire_promotion as promotion
from xiaodian.modules.integrations import wire_rooms as rooms
from xiaodian.modules.integrations import wire_short_videos as short_videos
from xiaodian.modules.integrations import wire_surfacing as surfacing
from xiaodian.modules.integrations.own_fans_example import OWN_FANS
from xiaodian.modules.integrations.report_example import ROOM_REPORT
from xiaodian.modules.media.api import VideoState
from xiaodian.modules.surfacing.api import Mode

AN_ID = UUID("0193b2d4-1111-7aaa-8bbb-cccccccccccc")
ANOTHER_ID = UUID("0193b2d4-2222-7aaa-8bbb-dddddddddddd")
A_KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime(2026, 11, 28, 8, 30, tzinfo=UTC)
LATER = datetime(2026, 12, 5, 8, 30, tzinfo=UTC)

AFTER_SALE = aftersales.AfterSale(
    id=AN_ID,
    order_id=ANOTHER_ID,
    order_number="XD2611-28AB-7C9",
    buyer_name="王*",
    line_no=0,
    title="丹东草莓",
    sku_name="3斤装",
    kind=AfterSaleKind.REFUND_ONLY,
    state=AfterSaleState.REQUESTED,
    quantity=1,
    refund_minor=2990,
    freight_minor=0,
    currency="CNY",
    reason=AfterSaleReason.DAMAGED,
    description="压坏了两颗",
    picture_urls=[],
    opened_at=AT,
    deadline_at=LATER,
    waits_for="seller",
    return_address=None,
    return_freight_by="seller",
    return_shipment=None,
    resend_shipment=None,
    history=[],
    allowed=["agree", "refuse"],
)
COUPON = promotion.Coupon(
    id=AN_ID,
    code="MAI10",
    title="满30减5",
    is_listed=True,
    currency="CNY",
    off_minor=500,
    min_spend_minor=3000,
    quota=1000,
    per_account=1,
    redeemed=12,
    valid_from=AT,
    valid_until=LATER,
    ended_at=None,
)
FLASH_SALE = promotion.FlashSale(
    id=AN_ID,
    product_id=ANOTHER_ID,
    sku_id=ANOTHER_ID,
    title="丹东草莓",
    sku_name="3斤装",
    price_minor=1990,
    list_price_minor=2990,
    set_aside=50,
    left=50,
    limit_per_buyer=2,
    starts_at=AT,
    ends_at=LATER,
    opens_at=AT,
    early_level=3,
    started_at=None,
    ended_at=None,
)
ROOM = rooms.Room(
    id=AN_ID,
    host_id=ANOTHER_ID,
    title="草莓园直播",
    cover_url=None,
    state=RoomState.PLANNED,
    created_at=AT,
    started_at=None,
    ended_at=None,
    bag=[ANOTHER_ID],
)
SHORT_VIDEO = short_videos.ShortVideo(
    id=AN_ID,
    state=short_videos.ShortVideoState.PUBLISHED,
    film=VodState.READY,
    title="清晨摘草莓",
    topics=["草莓"],
    cover_url="/media/pictures/cover.webp",
    playback_url="/media/vod/film/master.m3u8",
    width=720,
    height=1280,
    duration_ms=42_000,
    source_room_id=None,
    products=[short_videos.ShortVideoProduct(product_id=ANOTHER_ID, at_ms=12_000, show_ms=8_000)],
    views=1840,
    likes=212,
    comments=31,
    shares=9,
    created_at=AT,
    published_at=LATER,
)
FAN_CONDITION = {
    "all": [{"field": "orders", "op": "ge", "value": 2}, {"field": "days_since_last", "op": "gt", "value": 30}]
}
FAN_CEL = "orders >= 2 && days_since_last > 30"
FAN_SEGMENT = fan_segments.FanSegment(
    id=AN_ID,
    name="该回来的熟客",
    condition=FAN_CONDITION,
    cel=FAN_CEL,
    fans=128,
    counted_at=AT,
    changed_at=AT,
)
FAN = fan_segments.Fan(
    id=ANOTHER_ID,
    name="王*",
    segment=SegmentCode.SLIPPING,
    orders=3,
    spent_minor=20340,
    currency="CNY",
    first_order_at=AT,
    last_order_at=LATER,
    followed_at=AT,
    tags=["爱草莓"],
)
FAN_CLUB = fan_club.FanClub(
    is_open=True,
    name="丹东草莓粉丝团",
    badge="老铁",
    points=fan_club.FanClubPoints(per_minute_watched=1, most_minutes_a_day=60, per_yuan=1, per_month_followed=50),
    levels=[
        fan_club.FanClubLevel(
            level=2, name="老朋友", colour=LevelColour.LEAF, points=300, coupon_id=ANOTHER_ID, members=64
        )
    ],
)
FAN_CLUB_MEMBER = fan_club.FanClubMember(
    id=ANOTHER_ID,
    name="王*",
    level=2,
    points=418,
    points_by_watching=120,
    points_by_buying=248,
    points_by_following=50,
    joined_at=AT,
)
SHOP = finance.Shop(id=AN_ID, name="丹东草莓", is_open=True)
CUSTOMER = finance.Customer(
    id=AN_ID, name="王*", orders=3, spent_minor=20340, currency="CNY", first_order_at=AT, last_order_at=LATER
)
REFUND = finance.Refund(
    id=AN_ID,
    order_id=ANOTHER_ID,
    amount_minor=500,
    currency="CNY",
    reason="seller",
    state=RefundState.SUCCEEDED,
    requested_at=AT,
    settled_at=AT,
)
SETTLEMENT = finance.Settlement(
    order_id=ANOTHER_ID,
    number="XD2611-28AB-7C9",
    state="settled",
    due_at=None,
    settled_at=AT,
    goods_minor=5980,
    freight_minor=800,
    refunded_minor=0,
    commission_minor=0,
    service_minor=0,
    fee_minor=299,
    shop_minor=6481,
    currency="CNY",
)
STATEMENT_LINE = finance.StatementLine(
    kind="settle",
    at=AT,
    order_id=ANOTHER_ID,
    number="XD2611-28AB-7C9",
    goods_minor=5980,
    freight_minor=800,
    refunded_minor=0,
    commission_minor=0,
    service_minor=0,
    fee_minor=299,
    amount_minor=6481,
)
WEBHOOK = platform.Webhook(
    id=AN_ID,
    url="https://erp.example/xiaodian",
    description="ERP",
    types=["order.paid"],
    is_enabled=True,
    disabled_reason=None,
    failing_since=None,
    switched_off_at=None,
    last_success_at=AT,
    last_error=None,
    waiting=0,
    dead=0,
    created_at=AT,
)
DELIVERY = platform.Delivery(
    event_id=ANOTHER_ID,
    type="order.paid",
    state=DeliveryState.DELIVERED,
    attempts=1,
    created_at=AT,
    tried_at=AT,
    next_at=None,
    status=204,
    error=None,
)
EVENT = platform.Event(
    id=AN_ID,
    type="order.paid",
    timestamp=AT,
    subject=platform.EventSubject(kind="order", id=ANOTHER_ID),
    sequence=2,
    data={"order_id": str(ANOTHER_ID)},
)
JOB = platform.Job(
    id=AN_ID,
    kind="product_import",
    state=JobState.DONE,
    options={"dry_run": True},
    file_name="products.csv",
    total=2,
    done=2,
    refused=1,
    counts={"created": 1, "refused": 1},
    result_name=None,
    refusals_name="refused.csv",
    failure=None,
    created_at=AT,
    started_at=AT,
    ended_at=AT,
)
JOB_ROW = platform.JobRow(
    row=3, outcome=RowOutcome.REFUSED, label="苹果", reason="bad_price", column="Price", params={}
)

MORE_EXAMPLES: tuple[msgspec.Struct, ...] = (
    AFTER_SALE,
    aftersales.AfterSalePage(items=[AFTER_SALE], next_cursor=None),
    aftersales.Agreement(),
    aftersales.Refusal(reason="照片里的不是我们的商品"),
    aftersales.Offer(kind=AfterSaleKind.REFUND_ONLY, refund_minor=500, note="部分退款"),
    aftersales.ReturnReceipt(is_for_sale=False),
    aftersales.Resend(carrier="顺丰速运", tracking_number="SF1234567891"),
    aftersales.Escalation(note="退回的是空箱"),
    aftersales.Evidence(text="开箱录像已上传"),
    COUPON,
    promotion.CouponPage(items=[COUPON], next_cursor=None),
    promotion.NewCoupon(code="MAI10", off_minor=500, min_spend_minor=3000, quota=1000, valid_until=LATER),
    FLASH_SALE,
    promotion.FlashSalePage(items=[FLASH_SALE], next_cursor=None),
    promotion.NewFlashSale(
        sku_id=ANOTHER_ID,
        price_minor=1990,
        set_aside=50,
        starts_at=AT,
        ends_at=LATER,
        early=promotion.FlashSaleEarlyAccess(level=3, seconds=600),
    ),
    ROOM,
    rooms.RoomPage(items=[ROOM], next_cursor=None),
    rooms.NewRoom(title="草莓园直播"),
    rooms.RoomEdit(title="草莓园直播（今晚八点）"),
    rooms.Bag(product_ids=[ANOTHER_ID]),
    rooms.NewCue(product_id=ANOTHER_ID),
    rooms.Cue(id=AN_ID, product_id=ANOTHER_ID, at=AT),
    rooms.LivePrice(price_minor=2590),
    rooms.RoomMetrics(
        room_id=AN_ID,
        state=RoomState.ENDED,
        started_at=AT,
        ended_at=LATER,
        currency="CNY",
        sums=rooms.RoomSums(orders_placed=12, orders_paid=10, pieces=14, gmv_minor=41860, returned_minor=0),
        gmv_net_minor=41860,
        buyers_placed=11,
        buyers_paid=10,
        aov_minor=4186,
        traffic=None,
        watch_average_s=None,
        conversion=None,
        gpm_minor=None,
        uv_value_minor=None,
    ),
    rooms.RoomProducts(items=[]),
    ROOM_REPORT,
    SHORT_VIDEO,
    short_videos.ShortVideoPage(items=[SHORT_VIDEO], next_cursor=None),
    fan_segments.FanSegments(ready=[fan_segments.ReadyFanSegment(code=SegmentCode.LOYAL, fans=64)], own=[FAN_SEGMENT]),
    FAN_SEGMENT,
    fan_segments.NewFanSegment(name="该回来的熟客", cel=FAN_CEL),
    fan_segments.FanCondition(condition=FAN_CONDITION),
    fan_segments.FanCount(fans=128, condition=FAN_CONDITION, cel=FAN_CEL),
    fan_segments.FanPage(items=[FAN], next_cursor=None),
    FAN_CLUB,
    *OWN_FANS,
    fan_club.FanClubMemberPage(items=[FAN_CLUB_MEMBER], next_cursor=None),
    surfacing.NewTranscript(lines=[surfacing.NewLine(text="接下来看二号链接", end_at=AT, line_id="asr-17")]),
    surfacing.TakenTranscript(taken=1, known=0),
    surfacing.NewSurfacing(mode=Mode.SUGGEST),
    surfacing.Surfacing(room_id=AN_ID, mode=Mode.AUTO, suggestion=None, quiet=[], heard_at=AT),
    SHOP,
    finance.ShopEdit(is_open=False),
    CUSTOMER,
    finance.CustomerPage(items=[CUSTOMER], next_cursor=None),
    REFUND,
    finance.RefundPage(items=[REFUND], next_cursor=None),
    finance.NewRefund(lines=[finance.LineRefund(line_no=0, amount_minor=500)]),
    finance.Balance(
        available_minor=648100,
        pending_minor=120000,
        deposit_minor=100000,
        in_payout_minor=0,
        paid_minor=5000000,
        currency="CNY",
    ),
    SETTLEMENT,
    finance.SettlementPage(items=[SETTLEMENT], next_cursor=None),
    finance.Statement(
        period="2026-11-28",
        currency="CNY",
        opening_minor=641619,
        closing_minor=648100,
        by_kind={"settle": 6481},
        items=[STATEMENT_LINE],
        next_cursor=None,
    ),
    platform.Picture(url="/media/pictures/5d41402abc4b2a76b9719d911017c592.webp", width=1600, height=1200),
    platform.Video(
        id=AN_ID,
        state=VideoState.READY,
        url="/media/videos/5d41402abc4b2a76b9719d911017c592.mp4",
        refused_reason=None,
        width=720,
        height=1280,
        duration_ms=15_000,
    ),
    platform.WebhookTypes(
        items=[
            platform.WebhookType(type="order.paid", area="orders", right="orders:read", meaning="An order was paid.")
        ]
    ),
    WEBHOOK,
    platform.Webhooks(items=[WEBHOOK]),
    platform.NewWebhook(url="https://erp.example/xiaodian", types=["order.paid"]),
    platform.WebhookEdit(is_enabled=True),
    platform.WebhookSecret(webhook=WEBHOOK, secret=f"whsec_{A_KEY}"),
    DELIVERY,
    platform.DeliveryPage(items=[DELIVERY], next_cursor=None),
    platform.NewRedelivery(since=AT),
    platform.Redelivery(count=7),
    EVENT,
    platform.EventPage(items=[EVENT], next_cursor="AAAAAAAAACo", has_more=False),
    platform.JobFile(id=AN_ID, name="products.csv", size_bytes=1024),
    JOB,
    platform.JobPage(items=[JOB], next_cursor=None),
    platform.NewJob(kind="product_import", file_id=AN_ID, options={"dry_run": True}),
    JOB_ROW,
    platform.JobRowPage(items=[JOB_ROW], next_cursor=None),
    platform.NewSandboxOrder(lines=[SandboxLine(sku_id=SkuId(AN_ID), quantity=2)]),
    platform.SandboxOrder(order_id=ANOTHER_ID),
    platform.Advance(advance_s=900),
    platform.Advanced(advanced_s=900),
)
