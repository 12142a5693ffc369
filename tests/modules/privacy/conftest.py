"""A shop with fans who may want to be forgotten."""

import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import open_market
from tests.modules.outreach.sender import Sender
from tests.modules.privacy.person import World

from xiaodian.edge.context import Context


@pytest.fixture
async def world(ctx: Context, sign_up: SignUp) -> World:
    """A shop, and a worker that hears everything."""
    return World(Sender(await open_market(ctx, sign_up)))
