"""What the description shows as examples: values of the very types, so that they cannot be wrong."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.catalog import (
    Attribute,
    ExternalLink,
    JournalKind,
    ProductOption,
    ProductState,
    Stage,
    StageKind,
)
from xiaodian.contracts.orders import OrderState
from xiaodian.modules.integrations import wire_orders as orders
from xiaodian.modules.integrations import wire_products as products
from xiaodian.modules.integrations.more_examples import MORE_EXAMPLES
from xiaodian.modules.orders.api import Role, TrackingKind

PRODUCT_ID = UUID("01939f2e-5c6a-7b1e-9d2f-0a1b2c3d4e5f")
SKU_ID = UUID("01939f2e-5c6b-7c00-8a11-1f2e3d4c5b6a")
ORDER_ID = UUID("0193a001-0b0c-7d0e-8f10-111213141516")
MOVE_ID = UUID("0193a1c4-2222-7333-8444-555566667777")
PICTURE = "/media/pictures/5d41402abc4b2a76b9719d911017c592.webp"
AT = datetime(2026, 11, 28, 8, 30, tzinfo=UTC)

OPTION = ProductOption(name="规格", values=["3斤装", "5斤装"])
ORIGIN = Attribute(name="产地", value="辽宁丹东")
GROWN = Stage(kind=StageKind.GROWN, place="丹东东港", day=date(2026, 11, 20), note="大棚立体栽培")
LINK = ExternalLink(url="https://shop.example.com/berries", source_name="果园官网")
SKU = products.Sku(
    id=SKU_ID,
    product_id=PRODUCT_ID,
    name="3斤装",
    price_minor=2990,
    available=120,
    weight_g=1600,
    option_values=["3斤装"],
    code="BERRY-3",
    barcode="6901234567892",
    picture_url=None,
)
PRODUCT = products.Product(
    id=PRODUCT_ID,
    title="丹东草莓",
    description="当天采摘，冷链直发。",
    picture_urls=[PICTURE],
    state=ProductState.ON_SALE,
    currency="CNY",
    category="food",
    freight_template_id=None,
    limit_per_buyer=None,
    options=[OPTION],
    skus=[SKU],
    attributes=[ORIGIN],
    provenance=[GROWN],
    video_url=None,
    handle="berries",
    external=None,
    version=4,
)
NEW_SKU = products.NewSku(price_minor=2990, stock=100, weight_g=1600, option_values=["3斤装"], code="BERRY-3")
MOVE = products.StockMove(
    id=MOVE_ID, kind=JournalKind.CORRECTION, change=-2, available=118, reason="ERP", at=AT, by=None
)
SHIPMENT = orders.Shipment(
    carrier="顺丰速运",
    tracking_number="SF1234567890",
    shipped_at=AT,
    events=[orders.TrackingEvent(kind=TrackingKind.PICKED_UP, at=AT, place="丹东", text="已揽收")],
)
ORDER = orders.Order(
    id=ORDER_ID,
    number="XD2611-28AB-7C9",
    state=OrderState.SHIPPED,
    buyer_name="王*",
    lines=[
        orders.OrderLine(
            line_no=0,
            product_id=PRODUCT_ID,
            sku_id=SKU_ID,
            title="丹东草莓",
            sku_name="3斤装",
            quantity=2,
            price_minor=2990,
            off_minor=0,
            platform_off_minor=0,
            paid_minor=5980,
            refunded_quantity=0,
            refunded_minor=0,
            room_id=None,
        )
    ],
    subtotal_minor=5980,
    off_minor=0,
    platform_off_minor=0,
    freight_minor=800,
    total_minor=6780,
    refunded_minor=0,
    currency="CNY",
    address=orders.ShippingAddress(
        recipient="王小丹", phone="13800000001", region="辽宁省 丹东市", detail="锦山大街 1 号"
    ),
    room_id=None,
    note="",
    placed_at=AT,
    paid_at=AT,
    delivered_at=None,
    shipment=SHIPMENT,
    tags=["礼品"],
    staff_notes=[orders.StaffNote(text="加一张贺卡", at=AT, by="小李")],
    history=[orders.OrderMove(state=OrderState.SHIPPED, at=AT, by=Role.SELLER, reason=None)],
    allowed=[],
)

GOODS: tuple[msgspec.Struct, ...] = (
    SKU,
    PRODUCT,
    products.ProductPage(items=[PRODUCT], next_cursor=None),
    OPTION,
    ORIGIN,
    GROWN,
    LINK,
    NEW_SKU,
    products.NewProduct(
        title="丹东草莓",
        description="当天采摘，冷链直发。",
        options=[OPTION],
        skus=[NEW_SKU],
        attributes=[ORIGIN],
        provenance=[GROWN],
        handle="berries",
    ),
    products.SkuEdit(id=SKU_ID, price_minor=2790, barcode="6901234567892"),
    products.ProductEdit(title="丹东红颜草莓", state=ProductState.ON_SALE),
    products.StockSetting(available=80, reason="盘点"),
    products.StockDelta(delta=24, reason="到货"),
    products.StockBatch(changes=[products.StockChange(sku_id=SKU_ID, delta=-2)], reason="ERP"),
    products.StockLevel(sku_id=SKU_ID, available=118),
    products.StockLevels(items=[products.StockLevel(sku_id=SKU_ID, available=118)]),
    MOVE,
    products.StockMovePage(items=[MOVE], next_cursor=None),
    products.PriceBatch(prices=[products.PriceChange(sku_id=SKU_ID, price_minor=2790)]),
    products.PriceList(items=[products.Price(sku_id=SKU_ID, price_minor=2790)]),
    ORDER,
    SHIPMENT,
    orders.OrderPage(items=[ORDER], next_cursor=None),
    orders.NewNote(text="加一张贺卡"),
    orders.Tags(tags=["礼品"]),
    orders.CancelOrder(reason="缺货，抱歉。"),
    orders.NewShipment(carrier="顺丰速运", tracking_number="SF1234567890"),
    orders.ShipmentBatch(
        shipments=[orders.BatchShipment(order_id=ORDER_ID, carrier="顺丰速运", tracking_number="SF1234567890")]
    ),
    orders.ShipmentOutcomes(
        items=[orders.ShipmentOutcome(order_id=ORDER_ID, outcome=orders.ShipmentResult.SHIPPED, reason=None)],
        shipped=1,
        refused=0,
    ),
    orders.TrackingEvents(
        events=[orders.NewTrackingEvent(kind=TrackingKind.IN_TRANSIT, at=AT, place="沈阳", text="已发往北京")]
    ),
)

EXAMPLES: Mapping[type, msgspec.Struct] = {type(example): example for example in (*GOODS, *MORE_EXAMPLES)}
"""By type."""
