"""A market whose completed orders are settled."""

import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import open_market
from tests.modules.settlement.till import Till

from xiaodian.edge.context import Context


@pytest.fixture
async def till(ctx: Context, sign_up: SignUp) -> Till:
    """A shop with one product, and the means to sell, settle and refund."""
    return await Till.open(await open_market(ctx, sign_up), sign_up)
