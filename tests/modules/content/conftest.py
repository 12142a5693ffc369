"""A creator for each test."""

import pytest
from tests.conftest import SignUp
from tests.live.stage import set_stage
from tests.modules.content.studio import Studio

from xiaodian.edge.context import Context


@pytest.fixture
async def studio(ctx: Context, sign_up: SignUp) -> Studio:
    """A creator with a shop, two products on sale and a planned room."""
    return Studio(await set_stage(ctx, sign_up), sign_up)
