"""After-sales, orders and lines to judge."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.aftersales import AfterSaleId, AfterSaleKind, AfterSaleReason, AfterSaleState
from xiaodian.contracts.catalog import ProductId, SkuId, StockId
from xiaodian.contracts.orders import CheckoutId, Line, Order, OrderId, OrderState
from xiaodian.contracts.shops import ShopId
from xiaodian.modules.aftersales.models import AfterSale

NOW = datetime(2026, 11, 11, tzinfo=UTC)
LONG_AFTER = NOW + timedelta(days=1000)


def an_after_sale(kind: AfterSaleKind = AfterSaleKind.RETURN_REFUND, **more: Any) -> AfterSale:
    """One just opened, unless said otherwise."""
    values: dict[str, Any] = {
        "shop_id": ShopId(uuid4()),
        "after_sale_id": AfterSaleId(uuid4()),
        "order_id": OrderId(uuid4()),
        "line_no": 0,
        "buyer_id": AccountId(uuid4()),
        "kind": kind,
        "state": AfterSaleState.REQUESTED,
        "quantity": 1,
        "goods_minor": 0 if kind is AfterSaleKind.EXCHANGE else 100,
        "freight_minor": 0,
        "currency": "CNY",
        "reason": AfterSaleReason.QUALITY,
        "description": "",
        "picture_urls": [],
        "opened_at": NOW,
        "deadline_at": NOW + timedelta(hours=48),
    }
    return AfterSale(**{**values, **more})


def a_line(**more: Any) -> Line:
    """Three pieces at 10.00."""
    values: dict[str, Any] = {
        "line_no": 0,
        "product_id": ProductId(uuid4()),
        "sku_id": SkuId(uuid4()),
        "stock_id": StockId(uuid4()),
        "title": "草莓",
        "sku_name": "3斤装",
        "picture_url": None,
        "category": "other",
        "quantity": 3,
        "price_minor": 1000,
        "amount_minor": 3000,
    }
    return Line(**{**values, **more})


def an_order(*lines: Line, **more: Any) -> Order:
    """A paid order of these lines."""
    values: dict[str, Any] = {
        "shop_id": ShopId(uuid4()),
        "order_id": OrderId(uuid4()),
        "checkout_id": CheckoutId(uuid4()),
        "serial": 1,
        "number": "1",
        "shop_name": "",
        "buyer_id": AccountId(uuid4()),
        "buyer_name": "",
        "room_id": None,
        "state": OrderState.PAID,
        "currency": "CNY",
        "subtotal_minor": sum(line.amount_minor for line in lines),
        "off_minor": 0,
        "platform_off_minor": 0,
        "freight_minor": 0,
        "total_minor": sum(line.paid_minor for line in lines),
        "coupon_id": None,
        "platform_coupon_id": None,
        "recipient": "",
        "phone": "",
        "region": "",
        "detail": "",
        "is_quiet": False,
        "note": "",
        "placed_at": NOW,
        "expires_at": NOW + timedelta(minutes=15),
        "paid_at": NOW,
        "lines": list(lines),
    }
    return Order(**{**values, **more})
