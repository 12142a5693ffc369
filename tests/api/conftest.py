"""What the tests of the whole API share."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.api.open_world import OpenWorld, make_open_world
from tests.api.world import World, make_world
from tests.conftest import SignUp

from xiaodian.edge.context import Context
from xiaodian.infra.database import Database

ClientFrom = Callable[[str], httpx.AsyncClient]


@pytest.fixture
async def world(ctx: Context, sign_up: SignUp, make_client: Callable[[], httpx.AsyncClient]) -> World:
    """A seller with everything, a stranger, an operator, a token, nobody."""
    return await make_world(ctx, sign_up, make_client)


@pytest.fixture
def app(client: httpx.AsyncClient) -> Any:
    """The app that the clients talk to."""
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    return transport.app


@pytest.fixture
def client_from(app: Any) -> ClientFrom:
    """Makes clients that come from a given network address."""

    def _make(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 40000))
        return httpx.AsyncClient(transport=transport, base_url="http://test")

    return _make


@pytest.fixture
async def open_world(world: World, make_client: Callable[[], httpx.AsyncClient], database: Database) -> OpenWorld:
    """Programs with tokens of apps: one that may do all in the owner's shop, and others that may not."""
    return await make_open_world(world, make_client, database)
