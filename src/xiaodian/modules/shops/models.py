"""What the tables of shops hold that only this module knows."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from xiaodian.contracts.accounts import AccountId
from xiaodian.contracts.shops import ShopId, ShopRole


class InvitationState(StrEnum):
    """What became of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation to a shop's staff, without the secret of its link."""

    invitation_id: UUID
    shop_id: ShopId
    role: ShopRole
    note: str
    invited_by: AccountId
    created_at: datetime
    expires_at: datetime
    state: InvitationState


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a shop's staff."""

    account_id: AccountId
    role: ShopRole
    since: datetime


class DeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a shop's log."""

    deed_id: UUID
    account_id: AccountId
    role: ShopRole | None
    app_id: UUID | None
    app_name: str | None
    deed: str
    target: str
    details: dict[str, object]
    done_at: datetime


class DeedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines of the log; None leaves open."""

    account_id: AccountId | None = None
    area: str | None = None
    since: datetime | None = None
    until: datetime | None = None
