"""What routes of orders ask for besides context and caller."""

from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import HeaderParameter

from xiaodian.edge.hot import IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_PATTERN
from xiaodian.modules.orders.service.desk import OrderDesk

IdempotencyKey = Annotated[str, HeaderParameter(name=IDEMPOTENCY_KEY, pattern=IDEMPOTENCY_KEY_PATTERN)]
Desk = NamedDependency[OrderDesk]


def provide_desk(request: Request[Any, Any, Any]) -> OrderDesk:
    """Dependency `desk`: the process's order desk."""
    desk: OrderDesk = request.app.state.order_desk
    return desk


DESK = {"desk": Provide(provide_desk, sync_to_thread=False)}
