"""Routes of sandbox shops for their developers; what programs call in them stands in the open API."""

from litestar import get, post

from xiaodian.contracts.base import Contract
from xiaodian.contracts.shops import Shop
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.apps.service import sandbox

TAGS = ["sandbox"]


class SandboxAnswer(Contract, frozen=True, kw_only=True):
    """The developer's sandbox shop; null if there is none yet."""

    shop: Shop | None


@get("/api/me/sandbox-shop", opt=access(Access.MEMBER), tags=TAGS)
async def get_my_sandbox(ctx: Ctx, caller: SignedIn) -> SandboxAnswer:
    """My shop for trying programs, if I have one."""
    async with ctx.database.connection() as connection:
        return SandboxAnswer(shop=await sandbox.find_sandbox_of(connection, caller.account_id))


@post("/api/me/sandbox-shop", opt=access(Access.MEMBER), tags=TAGS)
async def open_my_sandbox(ctx: Ctx, caller: SignedIn) -> SandboxAnswer:
    """Make my shop for trying programs; the one I have if I have one."""
    async with ctx.database.connection() as connection:
        developer = await accounts.get_account(connection, caller.account_id)
    return SandboxAnswer(shop=await sandbox.open_sandbox(ctx, developer))


routes = [get_my_sandbox, open_my_sandbox]
