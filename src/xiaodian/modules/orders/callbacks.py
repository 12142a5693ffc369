"""`POST /api/payments/callbacks/{provider}` as hot routes, one a provider (see edge/hot.py and docs/decisions)."""

from xiaodian.edge.hot import HotAnswer, HotConnection, HotRoute
from xiaodian.modules.orders.service.desk import OrderDesk

TEMPLATE = "/api/payments/callbacks/{provider}"


def make_callbacks(desk: OrderDesk) -> dict[tuple[str, str], HotRoute]:
    """Routes by which the providers of this installation tell us of payments and refunds."""
    return {
        ("POST", TEMPLATE.format(provider=provider.name)): _make_callback(desk, provider.name)
        for provider in desk.cashier.providers.list()
    }


def _make_callback(desk: OrderDesk, provider: str) -> HotRoute:
    async def _take(connection: HotConnection, body: bytes) -> HotAnswer:
        return await desk.cashier.take_callback(provider, connection.headers, body)

    return HotRoute(_take, TEMPLATE, takes=None)
