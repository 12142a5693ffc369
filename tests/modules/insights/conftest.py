"""A room whose figures are looked at, for each test."""

import pytest
from tests.conftest import SignUp
from tests.live.stage import set_stage
from tests.modules.insights.observer import Observer

from xiaodian.edge.context import Context


@pytest.fixture
async def observer(ctx: Context, sign_up: SignUp) -> Observer:
    """A room that sells for two shops."""
    return await Observer.open(await set_stage(ctx, sign_up), sign_up)
