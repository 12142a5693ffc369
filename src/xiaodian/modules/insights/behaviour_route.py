"""`POST /api/behaviour` as a hot route (see edge/hot.py): every page tells of itself all the time."""

import msgspec

from xiaodian.edge.access import find_caller
from xiaodian.edge.context import Context, client_network
from xiaodian.edge.hot import HotAnswer, HotConnection, HotRoute, decode_body
from xiaodian.edge.problems import PayloadTooLargeError
from xiaodian.edge.request import JSON
from xiaodian.modules.insights.service.report_behaviour import BehaviourDesk
from xiaodian.modules.insights.wire import MAX_REPORT_BYTES, BehaviourReport

_decode = msgspec.json.Decoder(BehaviourReport).decode


def make_report_route(ctx: Context, desk: BehaviourDesk) -> HotRoute:
    """The handler that takes reports at this desk."""

    async def _report(connection: HotConnection, body: bytes) -> HotAnswer:
        caller = await find_caller(connection)
        if len(body) > MAX_REPORT_BYTES:
            raise PayloadTooLargeError
        told = decode_body(_decode, body)
        network = client_network(connection, ctx.settings.trusted_proxies)
        await desk.report(network, told.viewer_id, caller.account_id if caller else None, told.items)
        return 204, b"", JSON

    return HotRoute(_report, "/api/behaviour")
