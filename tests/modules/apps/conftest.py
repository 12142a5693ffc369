"""What the tests of apps share: a seller with a shop, a developer with an app."""

from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from tests.conftest import SignUp
from tests.modules.apps.dance import Registered, get_tokens, open_shop, register

from xiaodian.contracts.accounts import AccountId, Caller
from xiaodian.edge.context import Context
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.apps import api as apps


class Stage(NamedTuple):
    """Who takes part."""

    seller: httpx.AsyncClient
    seller_id: AccountId
    shop_id: UUID
    developer: httpx.AsyncClient
    app: Registered
    program: httpx.AsyncClient
    """The app's own client: nobody is signed in."""

    async def tokens(self) -> dict[str, Any]:
        """Tokens that the seller let the app have."""
        return await get_tokens(self.program, self.seller, self.app, self.shop_id)


@pytest.fixture
async def stage(sign_up: SignUp, client: httpx.AsyncClient) -> Stage:
    """A seller with a shop, a developer with an app."""
    seller, seller_id = await sign_up("卖家")
    developer, _ = await sign_up("开发者")
    return Stage(
        seller=seller,
        seller_id=seller_id,
        shop_id=await open_shop(seller),
        developer=developer,
        app=await register(developer),
        program=client,
    )


class WhoCalls:
    """Asks an authenticator that remembers nothing."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def __call__(self, token: str) -> Caller | None:
        """Whom a token stands for."""
        return await accounts.make_authenticator(self._ctx, apps.find_callers)(token)


@pytest.fixture
def who_calls(ctx: Context) -> WhoCalls:
    """`await who_calls(token)` is the caller, or None."""
    return WhoCalls(ctx)
