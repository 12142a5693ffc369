"""/healthz, /readyz and /metrics on the port of a WebSocket server, where picows answers plain HTTP too."""

from picows import WSUpgradeResponse, WSUpgradeResponseWithListener
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from xiaodian.infra.broker import Broker


def answer_probe(path: str, broker: Broker) -> WSUpgradeResponseWithListener | None:
    """The answer to a probe; None if the path is not one of them."""
    if path == "/healthz":
        return _plain(WSUpgradeResponse.create_ok_response(b"ok\n"))
    if path == "/metrics":
        return _plain(WSUpgradeResponse.create_ok_response(generate_latest(), {"Content-Type": CONTENT_TYPE_LATEST}))
    if path == "/readyz":
        if broker.client.is_connected:
            return _plain(WSUpgradeResponse.create_ok_response(b"ready\n"))
        return _plain(WSUpgradeResponse.create_error_response(503, b"broker away\n", {"Retry-After": "1"}))
    return None


def _plain(response: WSUpgradeResponse) -> WSUpgradeResponseWithListener:
    return WSUpgradeResponseWithListener(response, None)
