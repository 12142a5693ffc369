"""A room on air whose cards the platform decides, and workers that do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.conftest import SignUp
from tests.live.stage import Stage, set_stage
from tests.modules.surfacing.room import Room
from tests.modules.surfacing.screening import Screening, screen

from xiaodian.edge.context import Context

StartWorker = Callable[[], Awaitable[asyncio.Task[None]]]


@pytest.fixture
async def stage(ctx: Context, sign_up: SignUp) -> Stage:
    """A planned room with two products: number 1 strawberries, number 2 rice."""
    return await set_stage(ctx, sign_up)


@pytest.fixture
async def screening(ctx: Context, sign_up: SignUp) -> Screening:
    """A published video of 20 seconds with two products, which nobody has watched yet."""
    return await screen(ctx, sign_up)


@pytest.fixture
async def room(stage: Stage) -> AsyncIterator[Room]:
    """A room on air; `manual` until a test chooses."""
    room = Room(stage)
    await room.go_on_air()
    yield room
    await room.close()
