"""A counter for each test."""

import pytest
from tests.conftest import SignUp
from tests.modules.aftersales.counter import Counter
from tests.modules.orders.market import open_market

from xiaodian.edge.context import Context
from xiaodian.modules.accounts import api as accounts


@pytest.fixture
async def counter(ctx: Context, sign_up: SignUp) -> Counter:
    """A shop, a buyer, an operator."""
    market = await open_market(ctx, sign_up)
    operator, operator_id = await sign_up("运营")
    async with ctx.database.connection() as connection:
        await accounts.grant_operator(connection, operator_id)
    return Counter(market, await market.buyer(), operator)
