"""Reads of accounts; explicit columns, structs out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import Account, AccountId, Address, AddressId, Caller, Scope
from xiaodian.contracts.base import NotFoundError
from xiaodian.infra.database import Connection

_ACCOUNT = "account_id, display_name, avatar_url"
_ADDRESS_FIELDS = Address.__struct_fields__
_ADDRESS = ", ".join(_ADDRESS_FIELDS)

_CALLERS = """
    SELECT known.token_hash, known.scopes, known.is_access_token,
           account.account_id, account.display_name, account.is_operator
    FROM (
        SELECT token_hash, account_id, ARRAY['everything'] AS scopes, false AS is_access_token
        FROM accounts.session WHERE token_hash = ANY($1::bytea[]) AND expires_at > now()
        UNION ALL
        SELECT token_hash, account_id, scopes, true FROM accounts.access_token WHERE token_hash = ANY($1::bytea[])
    ) AS known JOIN accounts.account USING (account_id)
"""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its owner sees it."""

    account_id: AccountId
    sign_in: str
    display_name: str
    avatar_url: str | None
    is_operator: bool
    birthday: str | None = None
    """`03-08`: month and day; of the year nothing is asked."""


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What a password is checked against."""

    account_id: AccountId
    password_hash: str


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """An access token without its secret."""

    token_id: UUID
    name: str
    scopes: list[Scope]
    created_at: datetime
    last_used_at: datetime | None


class KnownCaller(msgspec.Struct, frozen=True, kw_only=True):
    """A caller whom another module knows by a token."""

    caller: Caller
    left_s: float
    """How long the token still lives."""


async def get_account(connection: Connection, account_id: AccountId) -> Account:
    """One account. Raises NotFoundError."""
    account = await find_account(connection, account_id)
    if account is None:
        raise NotFoundError
    return account


async def find_account(connection: Connection, account_id: AccountId) -> Account | None:
    """One account, if there is one: faster than several of one, which PostgreSQL plans anew each time."""
    row = await connection.fetchrow(f"SELECT {_ACCOUNT} FROM accounts.account WHERE account_id = $1", account_id)
    return None if row is None else Account(**row)


async def get_accounts(connection: Connection, account_ids: Sequence[AccountId]) -> dict[AccountId, Account]:
    """Those of the accounts that exist, by id."""
    rows = await connection.fetch(
        f"SELECT {_ACCOUNT} FROM accounts.account WHERE account_id = ANY($1::uuid[])", account_ids
    )
    return {row["account_id"]: Account(**row) for row in rows}


async def get_member(connection: Connection, account_id: AccountId) -> Member:
    """One account as its owner sees it. Raises NotFoundError."""
    row = await connection.fetchrow(
        f"SELECT {_ACCOUNT}, sign_in, is_operator, birthday FROM accounts.account WHERE account_id = $1", account_id
    )
    if row is None:
        raise NotFoundError
    return Member(**row)


async def list_born_on(connection: Connection, days: Sequence[str], *, after: AccountId, limit: int) -> list[AccountId]:
    """Who said that their birthday is on one of these days (`03-08`), by id, those after this one."""
    rows = await connection.fetch(
        """
        SELECT account_id FROM accounts.account
        WHERE birthday = ANY($1::text[]) AND account_id > $2 ORDER BY account_id LIMIT $3
        """,
        days,
        after,
        limit,
    )
    return [row["account_id"] for row in rows]


async def find_credential(connection: Connection, sign_in: str) -> Credential | None:
    """What the password of a normalised sign-in name is checked against."""
    row = await connection.fetchrow(
        "SELECT account_id, password_hash FROM accounts.account WHERE sign_in = $1", sign_in
    )
    return Credential(**row) if row else None


async def find_callers(connection: Connection, token_hashes: Sequence[bytes]) -> dict[bytes, tuple[Caller, bool]]:
    """The callers whom these tokens stand for, and whether the token is an access token; unknown ones are left out."""
    rows = await connection.fetch(_CALLERS, token_hashes)
    return {
        row["token_hash"]: (
            Caller(
                account_id=row["account_id"],
                display_name=row["display_name"],
                is_operator=row["is_operator"],
                scopes=frozenset(Scope(scope) for scope in row["scopes"]),
            ),
            row["is_access_token"],
        )
        for row in rows
    }


async def list_addresses(connection: Connection, account_id: AccountId) -> list[Address]:
    """An account's addresses, the default first, then the newest; never more than the limit of rules.py."""
    rows = await connection.fetch(
        f"SELECT {_ADDRESS} FROM accounts.address WHERE account_id = $1 ORDER BY is_default DESC, address_id DESC",
        account_id,
    )
    return [Address(**row) for row in rows]


async def get_addresses(
    connection: Connection, pairs: Sequence[tuple[AccountId, AddressId]]
) -> dict[tuple[AccountId, AddressId], Address]:
    """Of these pairs, those whose address exists and belongs to the account beside it."""
    rows = await connection.fetch(
        f"""
        SELECT account_id, {_ADDRESS} FROM accounts.address
        WHERE (account_id, address_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        """,
        [account_id for account_id, _ in pairs],
        [address_id for _, address_id in pairs],
    )
    found: dict[tuple[AccountId, AddressId], Address] = {}
    for account_id, *values in rows:
        address = Address(**dict(zip(_ADDRESS_FIELDS, values, strict=True)))
        found[account_id, address.address_id] = address
    return found


async def list_access_tokens(connection: Connection, account_id: AccountId) -> list[AccessToken]:
    """An account's access tokens, the newest first; never more than the limit of rules.py."""
    rows = await connection.fetch(
        """
        SELECT token_id, name, scopes, created_at, last_used_at FROM accounts.access_token
        WHERE account_id = $1 ORDER BY token_id DESC
        """,
        account_id,
    )
    return [msgspec.convert(dict(row), AccessToken) for row in rows]


async def get_emails(connection: Connection, account_ids: Sequence[AccountId]) -> dict[AccountId, str]:
    """The e-mail addresses of those accounts that sign in with one. For sending alone: nobody else is shown them."""
    rows = await connection.fetch(
        "SELECT account_id, sign_in FROM accounts.account WHERE account_id = ANY($1::uuid[]) AND sign_in LIKE '%@%'",
        account_ids,
    )
    return {row["account_id"]: row["sign_in"] for row in rows}
