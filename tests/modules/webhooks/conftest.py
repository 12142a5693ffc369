"""A market whose seller has endpoints, on this machine."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from tests.conftest import SignUp
from tests.modules.orders.market import open_market
from tests.modules.webhooks.desk import Desk
from tests.modules.webhooks.receiver import Receiver

from xiaodian.edge.context import Context
from xiaodian.modules.webhooks.sender import Sender
from xiaodian.settings import Settings


@pytest.fixture
def settings_allowing(settings: Settings) -> Settings:
    """The same, of an operator who lets webhooks go to the own machine."""
    return msgspec.structs.replace(settings, outbound_private_addresses=True)


@pytest.fixture
def ctx(ctx: Context, settings_allowing: Settings) -> Context:
    """What requests and the worker work with."""
    return msgspec.structs.replace(ctx, settings=settings_allowing)


@pytest.fixture
async def desk(ctx: Context, sign_up: SignUp) -> AsyncIterator[Desk]:
    """A seller with an open shop, and the worker's hands."""
    market = await open_market(ctx, sign_up)
    async with Sender(ctx.settings) as sender:
        yield Desk(ctx, market, sender)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Somebody who takes messages."""
    async with Receiver() as receiver:
        yield receiver
