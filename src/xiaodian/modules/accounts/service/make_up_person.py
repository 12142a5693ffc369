"""People who do not exist, for sandbox shops: nobody can sign in as them."""

from xiaodian.contracts.accounts import AccountId, AddressId
from xiaodian.infra.database import Connection
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts.service.addresses import AddressText

NO_PASSWORD = "-"  # noqa: S105  # No hash is like it.


async def make_up_person(
    connection: Connection, display_name: str, address: AddressText
) -> tuple[AccountId, AddressId]:
    """An account whose name is none that can be typed at sign-in, with an address."""
    account_id, address_id = AccountId(new_id()), AddressId(new_id())
    await connection.execute(
        "INSERT INTO accounts.account (account_id, sign_in, password_hash, display_name) VALUES ($1, $2, $3, $4)",
        account_id,
        f"sandbox {account_id}",
        NO_PASSWORD,
        display_name,
    )
    await connection.execute(
        "INSERT INTO accounts.address VALUES ($1, $2, $3, $4, $5, $6, true)", account_id, address_id, *address
    )
    return account_id, address_id
