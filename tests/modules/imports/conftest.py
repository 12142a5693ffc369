"""A market for each test."""

import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import Market, open_market

from xiaodian.edge.context import Context


@pytest.fixture
async def market(ctx: Context, sign_up: SignUp) -> Market:
    """A seller with an open shop."""
    return await open_market(ctx, sign_up)
