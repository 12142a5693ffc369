"""Invite people to a shop's staff by a link that one person can use once."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId, Caller, Scope
from xiaodian.contracts.base import ForbiddenError, NotFoundError
from xiaodian.contracts.shops import (
    AlreadyStaffError,
    InvitationGoneError,
    ShopId,
    ShopRole,
    StaffChanged,
    StaffLimitError,
)
from xiaodian.edge.context import Context
from xiaodian.infra import outbox
from xiaodian.infra.database import Connection
from xiaodian.kit.clock import utc_now
from xiaodian.kit.ids import new_id
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.shops import queries, staff_queries
from xiaodian.modules.shops.models import Invitation, InvitationState
from xiaodian.modules.shops.rules import MOST_OPEN_INVITATIONS, MOST_STAFF, may_appoint
from xiaodian.modules.shops.service.note_deed import note_deed

LIFETIME = timedelta(days=7)

_INSERT = """
    INSERT INTO shops.invitation (shop_id, invitation_id, token_hash, role, note, invited_by, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_DECIDE = """
    UPDATE shops.invitation SET state = $3, decided_by = $4, decided_at = $5 WHERE shop_id = $1 AND invitation_id = $2
"""


async def invite(ctx: Context, caller: Caller, shop_id: ShopId, role: ShopRole, note: str) -> tuple[Invitation, str]:
    """A new invitation and the secret of its link, which is told this once.

    Raises NotFoundError, ForbiddenError (also for a role with more rights than one's own), StaffLimitError.
    """
    now = utc_now()
    invitation = Invitation(
        invitation_id=new_id(),
        shop_id=shop_id,
        role=role,
        note=note.strip(),
        invited_by=caller.account_id,
        created_at=now,
        expires_at=now + LIFETIME,
        state=InvitationState.OPEN,
    )
    secret = accounts.new_session_token()
    async with ctx.database.transaction() as connection:
        await queries.require_right(connection, caller, shop_id, Scope.STAFF_WRITE)
        await _require_may_appoint(connection, shop_id, caller.account_id, role)
        await staff_queries.lock_staff(connection, shop_id)
        if await staff_queries.count_open_invitations(connection, shop_id, now) >= MOST_OPEN_INVITATIONS:
            raise StaffLimitError(limit=MOST_OPEN_INVITATIONS)
        await connection.execute(
            _INSERT,
            shop_id,
            invitation.invitation_id,
            accounts.hash_token(secret),
            role,
            invitation.note,
            caller.account_id,
            now,
            invitation.expires_at,
        )
        await note_deed(
            connection,
            caller,
            shop_id,
            deed="staff.invited",
            target=str(invitation.invitation_id),
            details={"role": role, "note": invitation.note},
        )
    return invitation, secret


async def revoke_invitation(ctx: Context, caller: Caller, shop_id: ShopId, invitation_id: UUID) -> None:
    """Its link is worth nothing from now on. Raises NotFoundError (also if it is not open), ForbiddenError."""
    now = utc_now()
    async with ctx.database.transaction() as connection:
        await queries.require_right(connection, caller, shop_id, Scope.STAFF_WRITE)
        found = await staff_queries.lock_invitation(connection, shop_id, invitation_id)
        if found is None or found.state is not InvitationState.OPEN:
            raise NotFoundError
        await connection.execute(_DECIDE, shop_id, invitation_id, InvitationState.REVOKED, caller.account_id, now)
        await note_deed(
            connection,
            caller,
            shop_id,
            deed="staff.invitation_revoked",
            target=str(invitation_id),
            details={"role": found.role},
        )


async def find_invitation(ctx: Context, secret: str) -> Invitation:
    """What a link invites to. Raises NotFoundError (there is no such link), InvitationGoneError."""
    async with ctx.database.connection() as connection:
        found = await staff_queries.find_invitation_by_hash(connection, accounts.hash_token(secret))
        return await _require_open(connection, found, utc_now())


async def accept_invitation(ctx: Context, caller: Caller, secret: str) -> Invitation:
    """Join the staff of a shop. The link can be used once.

    Raises NotFoundError, InvitationGoneError, AlreadyStaffError, StaffLimitError.
    """
    now = utc_now()
    async with ctx.database.transaction() as connection:
        invitation = await _lock_open(connection, secret, now)
        await staff_queries.lock_staff(connection, invitation.shop_id)
        if await staff_queries.find_role(connection, invitation.shop_id, caller.account_id) is not None:
            raise AlreadyStaffError(shop_id=str(invitation.shop_id))
        if await staff_queries.count_staff(connection, invitation.shop_id) >= MOST_STAFF:
            raise StaffLimitError(limit=MOST_STAFF)
        await connection.execute(
            "INSERT INTO shops.staff (shop_id, account_id, role, since) VALUES ($1, $2, $3, $4)",
            invitation.shop_id,
            caller.account_id,
            invitation.role,
            now,
        )
        accepted = await _decide(connection, caller, invitation, InvitationState.ACCEPTED, "staff.joined", now)
        await outbox.emit(
            connection,
            StaffChanged(shop_id=invitation.shop_id, account_id=caller.account_id, role=invitation.role),
        )
    await ctx.broker.poke("outbox")
    return accepted


async def decline_invitation(ctx: Context, caller: Caller, secret: str) -> None:
    """Say no; the link is used. Raises NotFoundError, InvitationGoneError."""
    now = utc_now()
    async with ctx.database.transaction() as connection:
        invitation = await _lock_open(connection, secret, now)
        await _decide(connection, caller, invitation, InvitationState.DECLINED, "staff.declined", now)


async def _lock_open(connection: Connection, secret: str, now: datetime) -> Invitation:
    found = await staff_queries.find_invitation_by_hash(connection, accounts.hash_token(secret))
    if found is not None:
        found = await staff_queries.lock_invitation(connection, found.shop_id, found.invitation_id)
    return await _require_open(connection, found, now)


async def _require_open(connection: Connection, found: Invitation | None, now: datetime) -> Invitation:
    if found is None:
        raise NotFoundError
    if found.state is not InvitationState.OPEN:
        raise InvitationGoneError(reason=found.state)
    if found.expires_at <= now:
        raise InvitationGoneError(reason="expired")
    # Who has left, or may less by now, has nobody come in after them.
    inviter = await staff_queries.find_role(connection, found.shop_id, found.invited_by)
    if inviter is None or not may_appoint(inviter, found.role):
        raise InvitationGoneError(reason=InvitationState.REVOKED)
    return found


async def _decide(
    connection: Connection, caller: Caller, invitation: Invitation, state: InvitationState, deed: str, now: datetime
) -> Invitation:
    await connection.execute(_DECIDE, invitation.shop_id, invitation.invitation_id, state, caller.account_id, now)
    await note_deed(
        connection,
        caller,
        invitation.shop_id,
        deed=deed,
        target=str(caller.account_id),
        details={"role": invitation.role},
    )
    return msgspec.structs.replace(invitation, state=state)


async def _require_may_appoint(connection: Connection, shop_id: ShopId, account_id: AccountId, role: ShopRole) -> None:
    own = await staff_queries.find_role(connection, shop_id, account_id)
    if own is None or not may_appoint(own, role):
        raise ForbiddenError(reason="role_above_own", right=Scope.STAFF_WRITE)
