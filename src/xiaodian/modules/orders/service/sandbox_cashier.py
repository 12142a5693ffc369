"""The buyer at the sandbox's cashier decides how a payment ends."""

from xiaodian.contracts.accounts import Caller
from xiaodian.contracts.base import NotFoundError
from xiaodian.contracts.payments import Charge, ChargeId, ChargeState, UnknownProviderError
from xiaodian.infra.database import Database
from xiaodian.kit.ids import new_id
from xiaodian.modules.orders.service.desk import OrderDesk
from xiaodian.modules.payments import api as payments


async def decide_charge(
    database: Database, desk: OrderDesk, caller: Caller, charge_id: ChargeId, outcome: ChargeState
) -> Charge:
    """Make the sandbox tell us how a charge ended, by a signed callback like any provider's. Raises NotFoundError.

    The charge as it is afterwards: captured or failed, or refunded if the order could no longer take the money.
    """
    try:
        sandbox = desk.providers.get_sandbox()
    except UnknownProviderError as error:
        raise NotFoundError from error
    async with database.connection() as connection:
        charge = await payments.get_charge_of_payer(connection, charge_id, caller.account_id)
    if charge.provider != sandbox.name:
        raise NotFoundError
    headers, body = await sandbox.sign_notice(charge, outcome, f"sandbox-{new_id()}")
    await desk.take_callback(sandbox.name, headers, body)
    async with database.connection() as connection:
        return await payments.get_charge_of_payer(connection, charge_id, caller.account_id)
