"""What we measure of HTTP, for Prometheus. Labels are route templates, so their number is bounded."""

import os
from collections.abc import Callable
from functools import lru_cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

UNMATCHED = "(unmatched)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Metrics belong to the process, as the registry they are in does.
_REQUESTS = Counter("xiaodian_http_requests", "HTTP requests answered.", ["method", "route", "status"])
_SECONDS = Histogram(
    "xiaodian_http_request_seconds",
    "Time to answer an HTTP request.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


@lru_cache(maxsize=4096)
def _children(method: str, route: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    known_method = method if method in METHODS else "OTHER"
    return _REQUESTS.labels(known_method, route, str(status)).inc, _SECONDS.labels(known_method, route).observe


def observe_request(method: str, route: str | None, status: int, seconds: float) -> None:
    """Count one answered request. `route` is the template (`/api/rooms/{room_id}`), never the address."""
    count, observe = _children(method, route or UNMATCHED, status)
    count()
    observe(seconds)


def render_metrics() -> tuple[bytes, str]:
    """All metrics of the process and their content type; of all workers, where prometheus_client shares them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
