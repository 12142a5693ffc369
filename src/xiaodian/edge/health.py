"""Is the process alive, can it work, and what does it measure."""

import asyncio
from ipaddress import ip_address
from typing import Any

import nats.errors
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from xiaodian.contracts.base import Contract, NotFoundError, UnavailableError
from xiaodian.edge.access import Access, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.metrics import render_metrics
from xiaodian.edge.problems import problems

READY_TIMEOUT_S = 2.0


class Health(Contract, frozen=True, kw_only=True):
    """The process answers."""

    status: str


class Readiness(Contract, frozen=True, kw_only=True):
    """Whether the engines answer: `ok` or `away`."""

    database: str
    broker: str


@get("/healthz", tags=["health"], opt=access(Access.PUBLIC), sync_to_thread=False)
def read_health() -> Health:
    """Whether the process is alive; knows nothing of the engines, so nobody restarts us because of them."""
    return Health(status="ok")


@get("/readyz", tags=["health"], opt=access(Access.PUBLIC), responses=problems(UnavailableError))
async def read_readiness(ctx: Ctx) -> Response[Readiness]:
    """Whether the process can work: 200 when database and broker answer, else 503."""
    database, broker = await asyncio.gather(_database_answers(ctx), _broker_answers(ctx))
    readiness = Readiness(database="ok" if database else "away", broker="ok" if broker else "away")
    if database and broker:
        return Response(readiness)
    return Response(readiness, status_code=503, headers={"retry-after": "1"})


@get("/metrics", tags=["health"], opt=access(Access.PUBLIC), include_in_schema=False, sync_to_thread=False)
def read_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Metrics for Prometheus, told to the own machine and network only, not through a proxy."""
    if not _is_from_inside(request):
        raise NotFoundError
    content, media_type = render_metrics()
    return Response(content, media_type=media_type)


def _is_from_inside(request: Request[Any, Any, Any]) -> bool:
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers or request.client is None:
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback


async def _database_answers(ctx: Context) -> bool:
    try:
        async with asyncio.timeout(READY_TIMEOUT_S), ctx.database.connection() as connection:
            await connection.fetchval("SELECT 1")
    except (UnavailableError, TimeoutError):
        return False
    return True


async def _broker_answers(ctx: Context) -> bool:
    if not ctx.broker.client.is_connected:
        return False
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            await ctx.broker.client.flush()
    except (nats.errors.Error, TimeoutError, OSError):
        return False
    return True


routes: list[HTTPRouteHandler] = [read_health, read_readiness, read_metrics]
