"""A shop that writes to its fans, for each test."""

import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import open_market
from tests.modules.outreach.sender import Sender

from xiaodian.edge.context import Context


@pytest.fixture
async def sender(ctx: Context, sign_up: SignUp) -> Sender:
    """A shop and what it sends."""
    return Sender(await open_market(ctx, sign_up))
