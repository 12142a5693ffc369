"""HTTP: the sandbox's cashier. How a payment begins, and what operators do with refunds, stands with orders."""

from uuid import UUID

from litestar import get
from litestar.params import FromPath

from xiaodian.contracts.base import Contract, NotFoundError, UnauthenticatedError
from xiaodian.contracts.payments import ChargeId, ChargeState
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import problems
from xiaodian.modules.payments import queries

TAGS = ["payments"]


class SandboxCharge(Contract, frozen=True, kw_only=True):
    """A charge as the sandbox's cashier shows it."""

    charge_id: ChargeId
    amount_minor: int
    currency: str
    state: ChargeState


@get(
    "/api/sandbox/charges/{charge_id:uuid}",
    opt=access(Access.MEMBER),
    tags=TAGS,
    responses=problems(NotFoundError, UnauthenticatedError),
)
async def get_sandbox_charge(ctx: Ctx, caller: SignedIn, charge_id: FromPath[UUID]) -> SandboxCharge:
    """What the sandbox's cashier asks the buyer to pay."""
    async with ctx.database.connection() as connection:
        charge = await queries.get_charge_of_payer(connection, ChargeId(charge_id), caller.account_id)
    if not ctx.settings.sandbox_payments or charge.provider != "sandbox":
        raise NotFoundError
    return SandboxCharge(
        charge_id=charge.charge_id, amount_minor=charge.amount_minor, currency=charge.currency, state=charge.state
    )


routes = [get_sandbox_charge]
