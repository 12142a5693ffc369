"""Who paid, when they are no more: charges stay in the books, without the person."""

from xiaodian.contracts.accounts import AccountErased
from xiaodian.infra.database import Connection


async def erase(connection: Connection, erased: AccountErased) -> None:
    """Each charge stands in a name of its own that nobody has."""
    await connection.execute(
        "UPDATE payments.charge SET payer_id = gen_random_uuid() WHERE payer_id = $1", erased.account_id
    )
