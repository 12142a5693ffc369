"""Structs of a shop's staff, invitations and log on the wire."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from xiaodian.contracts.accounts import Account, AccountId
from xiaodian.contracts.base import Contract, Input, Line
from xiaodian.contracts.shops import Shop, ShopId, ShopRole
from xiaodian.kit.clock import to_epoch_ms
from xiaodian.modules.shops.models import DeedRow, Invitation, StaffMember

NoteText = Annotated[Line, Meta(max_length=100)]
Secret = Annotated[Line, Meta(min_length=20, max_length=100)]


class InvitationInput(Input, frozen=True, kw_only=True):
    """What somebody is invited to do in the shop."""

    role: ShopRole
    note: NoteText = ""
    """For oneself and for who is invited: whom the link is meant for."""


class RoleInput(Input, frozen=True, kw_only=True):
    """What somebody does in the shop from now on."""

    role: ShopRole


class InvitationKey(Input, frozen=True, kw_only=True):
    """The secret of an invitation's link; in the body, so that no log keeps it."""

    token: Secret


class PersonView(Contract, frozen=True, kw_only=True):
    """Somebody, to those who work with them."""

    account_id: AccountId
    display_name: str
    avatar_url: str | None


class StaffView(Contract, frozen=True, kw_only=True):
    """Somebody on the staff. `may_change`: the reader may give them another role or take them off."""

    person: PersonView
    role: ShopRole
    since_ms: int
    may_change: bool


class InvitationView(Contract, frozen=True, kw_only=True):
    """An open invitation."""

    invitation_id: UUID
    role: ShopRole
    note: str
    invited_by: PersonView
    created_at_ms: int
    expires_at_ms: int


class NewInvitationView(InvitationView, frozen=True, kw_only=True):
    """An invitation just made, with the secret of its link, which is told this once."""

    token: str


class StaffList(Contract, frozen=True, kw_only=True):
    """A shop's whole staff with its open invitations, and the roles that the reader may give."""

    staff: list[StaffView]
    invitations: list[InvitationView]
    may_appoint: list[ShopRole]


class InvitedView(Contract, frozen=True, kw_only=True):
    """What an invitation is to, for who holds its link."""

    shop_id: ShopId
    shop_name: str
    avatar_url: str | None
    role: ShopRole
    note: str
    invited_by: str
    expires_at_ms: int


class DeedView(Contract, frozen=True, kw_only=True):
    """One line of the log. The sentence of a deed is `deed.<deed>` of the catalogue's area `deeds`."""

    deed_id: UUID
    person: PersonView
    role: ShopRole | None
    app_id: UUID | None
    app_name: str | None
    deed: str
    target: str
    details: dict[str, Any]
    done_at_ms: int


def to_person(account_id: AccountId, account: Account | None) -> PersonView:
    """Somebody by their public name."""
    return PersonView(
        account_id=account_id,
        display_name=account.display_name if account else "",
        avatar_url=account.avatar_url if account else None,
    )


def to_staff_view(member: StaffMember, account: Account | None, *, may_change: bool) -> StaffView:
    """Somebody on the staff, for the others."""
    return StaffView(
        person=to_person(member.account_id, account),
        role=member.role,
        since_ms=to_epoch_ms(member.since),
        may_change=may_change,
    )


def to_invitation_view(invitation: Invitation, inviter: Account | None) -> InvitationView:
    """An open invitation, for the shop's staff."""
    return InvitationView(
        invitation_id=invitation.invitation_id,
        role=invitation.role,
        note=invitation.note,
        invited_by=to_person(invitation.invited_by, inviter),
        created_at_ms=to_epoch_ms(invitation.created_at),
        expires_at_ms=to_epoch_ms(invitation.expires_at),
    )


def to_new_invitation(invitation: Invitation, inviter: Account | None, token: str) -> NewInvitationView:
    """The same, with its secret."""
    view = to_invitation_view(invitation, inviter)
    return NewInvitationView(
        invitation_id=view.invitation_id,
        role=view.role,
        note=view.note,
        invited_by=view.invited_by,
        created_at_ms=view.created_at_ms,
        expires_at_ms=view.expires_at_ms,
        token=token,
    )


def to_invited_view(invitation: Invitation, shop: Shop, avatar_url: str | None, inviter: str) -> InvitedView:
    """An invitation, for who is invited."""
    return InvitedView(
        shop_id=invitation.shop_id,
        shop_name=shop.name,
        avatar_url=avatar_url,
        role=invitation.role,
        note=invitation.note,
        invited_by=inviter,
        expires_at_ms=to_epoch_ms(invitation.expires_at),
    )


def to_deed_view(deed: DeedRow, account: Account | None) -> DeedView:
    """One line of the log, for the shop's staff."""
    return DeedView(
        deed_id=deed.deed_id,
        person=to_person(deed.account_id, account),
        role=deed.role,
        app_id=deed.app_id,
        app_name=deed.app_name,
        deed=deed.deed,
        target=deed.target,
        details=deed.details,
        done_at_ms=to_epoch_ms(deed.done_at),
    )
