"""HTTP: the description of the open API."""

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State

from xiaodian.edge.access import Access, access
from xiaodian.modules.integrations.describe import describe
from xiaodian.modules.integrations.opening import BASE


@get(f"{BASE}/openapi.json", opt=access(Access.PUBLIC), include_in_schema=False, sync_to_thread=True)
def get_open_document(state: State, request: Request[None, None, State]) -> Response[bytes]:
    """The description, the same for everybody; made once by each process."""
    if "open_document" not in state:
        state["open_document"] = msgspec.json.encode(describe(request.app))
    headers = {"cache-control": "no-cache", "access-control-allow-origin": "*"}
    return Response(state["open_document"], media_type="application/json", headers=headers)


routes = [get_open_document]
