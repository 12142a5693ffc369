"""Give somebody on a shop's staff another role, or take them off it."""

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.shops import OwnerStaysError, ShopId, ShopRole, StaffChanged
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.shops import queries, staff_queries
from xiaodian.modules.shops.rules import may_appoint
from xiaodian.modules.shops.service.note_deed import note_deed


async def change_role(ctx: Context, caller: Caller, shop_id: ShopId, account_id: AccountId, role: ShopRole) -> None:
    """From their next request on they may do what this role may; the same role again does nothing.

    Raises NotFoundError, OwnerStaysError, ForbiddenError (a role with more rights than one's own, before or after).
    """
    async with ctx.database.transaction() as connection:
        await queries.require_right(connection, caller, shop_id, Scope.STAFF_WRITE)
        before = await _get_role_to_change(connection, caller, shop_id, account_id, role)
        if before is role:
            return
        await connection.execute(
            "UPDATE shops.staff SET role = $3 WHERE shop_id = $1 AND account_id = $2", shop_id, account_id, role
        )
        await _revoke_invitations(connection, caller, shop_id, account_id, role)
        await _note(connection, caller, shop_id, account_id, "staff.role_changed", role)
        await outbox.emit(connection, StaffChanged(shop_id=shop_id, account_id=account_id, role=role))
    await ctx.broker.poke("outbox")


async def remove_staff(ctx: Context, caller: Caller, shop_id: ShopId, account_id: AccountId) -> None:
    """From their next request on the shop is a stranger's to them. Everybody but the owner may leave by themselves.

    Raises NotFoundError, OwnerStaysError, ForbiddenError.
    """
    async with ctx.database.transaction() as connection:
        leaves = account_id == caller.account_id and caller.shop_id is None
        await queries.require_right(connection, caller, shop_id, Scope.SHOP_READ if leaves else Scope.STAFF_WRITE)
        if leaves:
            role = await _get_role(connection, shop_id, account_id)
        else:
            role = await _get_role_to_change(connection, caller, shop_id, account_id, None)
        await _note(connection, caller, shop_id, account_id, "staff.left" if leaves else "staff.removed", role)
        await connection.execute("DELETE FROM shops.staff WHERE shop_id = $1 AND account_id = $2", shop_id, account_id)
        await _revoke_invitations(connection, caller, shop_id, account_id, None)
        await outbox.emit(connection, StaffChanged(shop_id=shop_id, account_id=account_id, role=None))
    await ctx.broker.poke("outbox")


async def _get_role(connection: Connection, shop_id: ShopId, account_id: AccountId) -> ShopRole:
    await staff_queries.lock_staff(connection, shop_id)
    role = await staff_queries.find_role(connection, shop_id, account_id)
    if role is None:
        raise NotFoundError
    if role is ShopRole.OWNER:
        raise OwnerStaysError
    return role


async def _get_role_to_change(
    connection: Connection, caller: Caller, shop_id: ShopId, account_id: AccountId, to: ShopRole | None
) -> ShopRole:
    if to is ShopRole.OWNER:
        raise OwnerStaysError(field="role")
    role = await _get_role(connection, shop_id, account_id)
    own = await staff_queries.find_role(connection, shop_id, caller.account_id)
    if own is None or not all(may_appoint(own, each) for each in (role, to or role)):
        raise ForbiddenError(reason="role_above_own", right=Scope.STAFF_WRITE)
    return role


async def _revoke_invitations(
    connection: Connection, caller: Caller, shop_id: ShopId, invited_by: AccountId, role: ShopRole | None
) -> None:
    """Who has left, or may less now, has nobody come in after them."""
    await connection.execute(
        """
        UPDATE shops.invitation SET state = 'revoked', decided_by = $3, decided_at = $4
        WHERE shop_id = $1 AND invited_by = $2 AND state = 'open' AND role <> ALL($5::text[])
        """,
        shop_id,
        invited_by,
        caller.account_id,
        utc_now(),
        [other for other in ShopRole if role is not None and may_appoint(role, other)],
    )


async def _note(
    connection: Connection, caller: Caller, shop_id: ShopId, account_id: AccountId, deed: str, role: ShopRole
) -> None:
    account = await accounts.get_account(connection, account_id)
    await note_deed(
        connection,
        caller,
        shop_id,
        deed=deed,
        target=str(account_id),
        details={"name": account.display_name, "role": role},
    )
