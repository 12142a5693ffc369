"""Keep addresses. Whoever has any has exactly one default."""

from typing import NamedTuple

from xiaodian.contracts.accounts import AccountId, Address, AddressId
from xiaodian.contracts.base import NotFoundError
from xiaodian.infra.database import Connection, Database
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import queries
from xiaodian.modules.accounts.errors import LimitReachedError
from xiaodian.modules.accounts.rules import MAX_ADDRESSES, require_contact_phone, require_line

RECIPIENT_MAX_CHARS = 30
REGION_MAX_CHARS = 60
DETAIL_MAX_CHARS = 120


class AddressText(NamedTuple):
    """What the courier reads, cleaned."""

    recipient: str
    phone: str
    region: str
    detail: str


def clean_address(*, recipient: str, phone: str, region: str, detail: str) -> AddressText:
    """Check and clean. Raises InvalidInputError that names the field."""
    return AddressText(
        recipient=require_line("recipient", recipient, RECIPIENT_MAX_CHARS),
        phone=require_contact_phone(phone),
        region=require_line("region", region, REGION_MAX_CHARS),
        detail=require_line("detail", detail, DETAIL_MAX_CHARS),
    )


async def add_address(database: Database, account_id: AccountId, text: AddressText, *, is_default: bool) -> Address:
    """Add an address; the first one is the default whatever is asked. Raises LimitReachedError."""
    async with database.transaction() as connection:
        await _lock(connection, account_id)
        present = await queries.list_addresses(connection, account_id)
        if len(present) >= MAX_ADDRESSES:
            raise LimitReachedError(limit=MAX_ADDRESSES)
        makes_default = is_default or not present
        if makes_default:
            await _clear_default(connection, account_id)
        address_id = AddressId(new_id())
        await connection.execute(
            "INSERT INTO accounts.address VALUES ($1, $2, $3, $4, $5, $6, $7)",
            account_id,
            address_id,
            *text,
            makes_default,
        )
    return Address(address_id=address_id, is_default=makes_default, **text._asdict())


async def change_address(
    database: Database, account_id: AccountId, address_id: AddressId, text: AddressText, *, is_default: bool
) -> Address:
    """Replace an address; the default stays it until another becomes it. Raises NotFoundError."""
    async with database.transaction() as connection:
        await _lock(connection, account_id)
        before = (await queries.get_addresses(connection, [(account_id, address_id)])).get((account_id, address_id))
        if before is None:
            raise NotFoundError
        stays_default = is_default or before.is_default
        if is_default and not before.is_default:
            await _clear_default(connection, account_id)
        await connection.execute(
            """
            UPDATE accounts.address SET recipient = $3, phone = $4, region = $5, detail = $6, is_default = $7
            WHERE account_id = $1 AND address_id = $2
            """,
            account_id,
            address_id,
            *text,
            stays_default,
        )
    return Address(address_id=address_id, is_default=stays_default, **text._asdict())


async def remove_address(database: Database, account_id: AccountId, address_id: AddressId) -> None:
    """Remove an address; if it was the default, the newest of the others becomes it. Raises NotFoundError."""
    async with database.transaction() as connection:
        await _lock(connection, account_id)
        status: str = await connection.execute(
            "DELETE FROM accounts.address WHERE account_id = $1 AND address_id = $2", account_id, address_id
        )
        if status == "DELETE 0":
            raise NotFoundError
        rest = await queries.list_addresses(connection, account_id)
        if rest and not rest[0].is_default:
            await connection.execute(
                "UPDATE accounts.address SET is_default = true WHERE account_id = $1 AND address_id = $2",
                account_id,
                rest[0].address_id,
            )


async def _lock(connection: Connection, account_id: AccountId) -> None:
    """One change of an account's addresses at a time, so that its rules on all of them hold."""
    await connection.execute("SELECT FROM accounts.account WHERE account_id = $1 FOR NO KEY UPDATE", account_id)


async def _clear_default(connection: Connection, account_id: AccountId) -> None:
    await connection.execute(
        "UPDATE accounts.address SET is_default = false WHERE account_id = $1 AND is_default", account_id
    )
