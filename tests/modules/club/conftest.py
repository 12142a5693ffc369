"""A shop with a club for each test."""

import pytest
from tests.conftest import SignUp
from tests.live.stage import set_stage
from tests.modules.club.clubhouse import Clubhouse, open_clubhouse

from xiaodian.edge.context import Context


@pytest.fixture
async def club(ctx: Context, sign_up: SignUp) -> Clubhouse:
    """A club that is open, in whose room the host is on air."""
    return await open_clubhouse(await set_stage(ctx, sign_up), sign_up)
