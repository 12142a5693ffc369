"""A market for each test."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import POOL_SIZE, SignUp
from tests.modules.orders.market import Market, open_market

from xiaodian.edge.context import Context
from xiaodian.infra.database import Database
from xiaodian.settings import Settings


@pytest.fixture
async def market(ctx: Context, sign_up: SignUp) -> Market:
    """A seller with an open shop."""
    return await open_market(ctx, sign_up)


@pytest.fixture
async def second_database(settings: Settings) -> AsyncIterator[Database]:
    """The test's database as another process has it."""
    database = await Database.connect(settings.database_url, pool_size=POOL_SIZE)
    yield database
    await database.close()
