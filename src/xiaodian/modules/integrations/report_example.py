"""An example of a room's report."""

from datetime import UTC, datetime
from uuid import UUID

from xiaodian.contracts.reports import QuestionKind
from xiaodian.modules.integrations import wire_reports as reports
from xiaodian.modules.integrations.wire_rooms import RoomProduct

ROOM_ID = UUID("0193b2d4-1111-7aaa-8bbb-cccccccccccc")
PRODUCT_ID = UUID("0193b2d4-2222-7aaa-8bbb-dddddddddddd")
BEGAN, ENDED = datetime(2026, 11, 28, 12, 0, tzinfo=UTC), datetime(2026, 11, 28, 14, 5, tzinfo=UTC)
BEST = datetime(2026, 11, 28, 12, 41, tzinfo=UTC)

ROOM_REPORT = reports.RoomReport(
    room_id=ROOM_ID,
    title="草莓园直播",
    cover_url=None,
    host_name="小丹",
    at=datetime(2026, 11, 28, 14, 6, tzinfo=UTC),
    started_at=BEGAN,
    ended_at=ENDED,
    is_whole=False,
    currency="CNY",
    past_rooms=4,
    figures=[
        reports.RoomReportFigure(
            key="orders_paid",
            formula="number of orders paid, by time of payment; refunds do not lower it",
            value=96,
            median=81,
            last=77,
        ),
        reports.RoomReportFigure(
            key="conversion",
            formula="buyers who were in the room signed in / viewers",
            value=0.12,
            median=0.1,
            last=0.11,
        ),
    ],
    steps=[reports.RoomReportStep(key="entered", people=800), reports.RoomReportStep(key="paid", people=96)],
    minutes=reports.RoomReportMinutes(
        step_s=60,
        items=[
            reports.RoomReportStretch(
                at=BEST,
                online_max=212,
                online_average=198.5,
                comments=31,
                likes=240,
                views=12,
                impressions=180,
                clicks=44,
                bag_opens=20,
                product_views=39,
                checkout_starts=9,
                orders_placed=8,
                orders_paid=7,
                gmv_minor=20930,
            )
        ],
    ),
    featured=[reports.RoomReportShown(product_id=PRODUCT_ID, title="丹东草莓", start=BEST, end=ENDED)],
    best_minute=reports.RoomReportMoment(at=BEST, orders_paid=7, gmv_minor=20930, online_max=212, title="丹东草莓"),
    products=[
        RoomProduct(
            product_id=PRODUCT_ID,
            title="丹东草莓",
            impressions=610,
            clicks=340,
            product_views=300,
            checkout_starts=120,
            orders_placed=98,
            orders_paid=96,
            buyers=90,
            pieces=110,
            gmv_minor=328900,
            returned_minor=0,
            times_featured=2,
            featured_s=1260,
        )
    ],
    flash_sales=[
        reports.RoomReportFlashSale(
            flash_sale_id=ROOM_ID,
            product_id=PRODUCT_ID,
            title="丹东草莓",
            sku_name="3斤装",
            price_minor=1990,
            starts_at=BEGAN,
            ends_at=ENDED,
            set_aside=50,
            orders_paid=41,
            pieces=44,
            gmv_minor=87560,
        )
    ],
    questions=[
        reports.RoomReportQuestion(product_id=PRODUCT_ID, title="丹东草莓", kind=QuestionKind.PRICE, people=23),
        reports.RoomReportQuestion(product_id=None, title=None, kind=QuestionKind.SHIPPING, people=9),
    ],
)
