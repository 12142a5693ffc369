"""Reads of a shop's staff and of its invitations."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.shops import ShopId, ShopRole
from xiaodian.infra.database import Connection, Record
from xiaodian.modules.shops.models import Invitation, InvitationState, StaffMember
from xiaodian.modules.shops.rules import RIGHTS

_INVITATION = "invitation_id, shop_id, role, note, invited_by, created_at, expires_at, state"


async def lock_staff(connection: Connection, shop_id: ShopId) -> None:
    """Changes of a shop's staff follow each other, so that its limits hold."""
    await connection.execute("SELECT FROM shops.shop WHERE shop_id = $1 FOR NO KEY UPDATE", shop_id)


async def find_role(connection: Connection, shop_id: ShopId, account_id: AccountId) -> ShopRole | None:
    """What somebody does in a shop; None if they are not on its staff."""
    role = await connection.fetchval(
        "SELECT role FROM shops.staff WHERE shop_id = $1 AND account_id = $2", shop_id, account_id
    )
    return ShopRole(role) if role is not None else None


async def list_rights(connection: Connection, shop_id: ShopId, account_id: AccountId) -> frozenset[Scope]:
    """All that somebody may do in a shop by their role; nothing if they are not on its staff."""
    role = await find_role(connection, shop_id, account_id)
    return frozenset() if role is None else RIGHTS[role]


async def find_shops_by_role(
    connection: Connection, account_id: AccountId, shop_ids: Collection[ShopId]
) -> dict[ShopId, ShopRole]:
    """Of these shops, those on whose staff somebody is, and as what."""
    rows = await connection.fetch(
        "SELECT shop_id, role FROM shops.staff WHERE account_id = $1 AND shop_id = ANY($2::uuid[])",
        account_id,
        list(shop_ids),
    )
    return {row["shop_id"]: ShopRole(row["role"]) for row in rows}


async def find_hosts(
    connection: Connection, pairs: Collection[tuple[AccountId, ShopId]]
) -> set[tuple[AccountId, ShopId]]:
    """Of these people and shops, those where the person goes live for the shop, whose goods are then their own."""
    rows = await connection.fetch(
        """
        SELECT account_id, shop_id FROM shops.staff
        WHERE (account_id, shop_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND role = ANY($3::text[])
        """,
        [account_id for account_id, _ in pairs],
        [shop_id for _, shop_id in pairs],
        [role for role in ShopRole if Scope.ROOMS_WRITE in RIGHTS[role]],
    )
    return {(row["account_id"], row["shop_id"]) for row in rows}


async def count_staff(connection: Connection, shop_id: ShopId) -> int:
    """How many work for a shop."""
    return int(await connection.fetchval("SELECT count(*) FROM shops.staff WHERE shop_id = $1", shop_id) or 0)


async def list_staff(connection: Connection, shop_id: ShopId) -> list[StaffMember]:
    """A shop's staff, the owner first, then by when they came; never more than the limit of rules.py."""
    rows = await connection.fetch(
        """
        SELECT account_id, role, since FROM shops.staff WHERE shop_id = $1
        ORDER BY role <> 'owner', since, account_id
        """,
        shop_id,
    )
    return [StaffMember(account_id=row["account_id"], role=ShopRole(row["role"]), since=row["since"]) for row in rows]


async def count_open_invitations(connection: Connection, shop_id: ShopId, now: datetime) -> int:
    """How many links could still be used."""
    count = await connection.fetchval(
        "SELECT count(*) FROM shops.invitation WHERE shop_id = $1 AND state = 'open' AND expires_at > $2", shop_id, now
    )
    return int(count or 0)


async def list_open_invitations(connection: Connection, shop_id: ShopId, now: datetime) -> list[Invitation]:
    """Links that could still be used, the newest first; never more than the limit of rules.py."""
    rows = await connection.fetch(
        f"""
        SELECT {_INVITATION} FROM shops.invitation WHERE shop_id = $1 AND state = 'open' AND expires_at > $2
        ORDER BY invitation_id DESC
        """,
        shop_id,
        now,
    )
    return [_to_invitation(row) for row in rows]


async def find_invitation_by_hash(connection: Connection, token_hash: bytes) -> Invitation | None:
    """The invitation whose link has this secret."""
    row = await connection.fetchrow(f"SELECT {_INVITATION} FROM shops.invitation WHERE token_hash = $1", token_hash)
    return _to_invitation(row) if row else None


async def lock_invitation(connection: Connection, shop_id: ShopId, invitation_id: UUID) -> Invitation | None:
    """An invitation as it is now; it stays so until the transaction ends."""
    row = await connection.fetchrow(
        f"SELECT {_INVITATION} FROM shops.invitation WHERE shop_id = $1 AND invitation_id = $2 FOR UPDATE",
        shop_id,
        invitation_id,
    )
    return _to_invitation(row) if row else None


def _to_invitation(row: Record) -> Invitation:
    return Invitation(**{**row, "role": ShopRole(row["role"]), "state": InvitationState(row["state"])})
