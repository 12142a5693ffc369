"""What routes of orders ask for besides context and caller."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency, Provide

from xiaodian.modules.orders.service.desk import OrderDesk

Desk = NamedDependency[OrderDesk]


def provide_desk(request: Request[Any, Any, Any]) -> OrderDesk:
    """Dependency `desk`: the process's order desk."""
    desk: OrderDesk = request.app.state.order_desk
    return desk


DESK = {"desk": Provide(provide_desk, sync_to_thread=False)}
