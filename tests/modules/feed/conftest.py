"""A cinema for each test."""

import pytest
from tests.conftest import SignUp
from tests.modules.feed.cinema import Cinema

from xiaodian.edge.context import Context


@pytest.fixture
def cinema(ctx: Context, sign_up: SignUp) -> Cinema:
    """Videos, creators and viewers."""
    return Cinema(ctx, sign_up)
