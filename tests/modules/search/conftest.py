"""A market whose changes search has heard of."""

import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import open_market
from tests.modules.search.seeker import Seeker

from xiaodian.edge.context import Context


@pytest.fixture
async def seeker(ctx: Context, sign_up: SignUp) -> Seeker:
    """Somebody who looks for the goods and videos of a new shop."""
    return Seeker(await open_market(ctx, sign_up))
