"""A room for each test."""

import pytest
from tests.conftest import SignUp
from tests.live.stage import Stage, set_stage

from xiaodian.edge.context import Context


@pytest.fixture
async def stage(ctx: Context, sign_up: SignUp) -> Stage:
    """A planned room with a host, a shop and two products."""
    return await set_stage(ctx, sign_up)
