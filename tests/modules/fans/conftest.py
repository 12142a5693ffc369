"""A shop with a room and buyers, whose fans are looked at, for each test."""

import pytest
from tests.conftest import SignUp
from tests.live.stage import set_stage
from tests.modules.fans.counter import Counter

from xiaodian.edge.context import Context


@pytest.fixture
async def counter(ctx: Context, sign_up: SignUp) -> Counter:
    """A room that sells for two shops."""
    return await Counter.open(await set_stage(ctx, sign_up), sign_up)
