"""The buyer at the sandbox's cashier decides how a payment ends."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.payments import Charge, ChargeId, UnknownProviderError
from xiaodian.infra.database import Database
from xiaodian.modules.orders.service.cashier import Cashier
from xiaodian.modules.payments import api as payments


async def decide_charge(
    database: Database,
    cashier: Cashier,
    caller: Caller,
    charge_id: ChargeId,
    outcome: payments.SandboxOutcome,
    delay_s: int,
) -> Charge:
    """Make the sandbox end a charge and tell us of it, by signed callbacks like any provider's.

    The charge as it is afterwards. What it shall tell later it tells later.
    Raises NotFoundError, ChargeClosedError.
    """
    try:
        sandbox = cashier.providers.get_sandbox()
    except UnknownProviderError as error:
        raise NotFoundError from error
    async with database.connection() as connection:
        charge = await payments.get_charge_of_payer(connection, charge_id, caller.account_id)
    if charge.provider != sandbox.name:
        raise NotFoundError
    for headers, body in await payments.decide(sandbox, charge, outcome, delay_s):
        await cashier.handle_callback(sandbox.name, headers, body)
    async with database.connection() as connection:
        return await payments.get_charge_of_payer(connection, charge_id, caller.account_id)
