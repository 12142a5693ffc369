"""HTTP: who works for a shop, and how somebody comes to."""

from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.shops import (
    AlreadyStaffError,
    InvitationGoneError,
    MyShop,
    OwnerStaysError,
    ShopId,
    ShopRole,
    StaffLimitError,
)
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Context, Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.clock import utc_now
from xiaodian.modules.accounts import api as accounts
from xiaodian.modules.shops import queries, staff_queries
from xiaodian.modules.shops.models import Invitation
from xiaodian.modules.shops.rules import may_appoint
from xiaodian.modules.shops.service import change_staff, invitations
from xiaodian.modules.shops.settings_queries import get_shop_page
from xiaodian.modules.shops.wire_staff import (
    InvitationInput,
    InvitationKey,
    InvitedView,
    NewInvitationView,
    RoleInput,
    StaffList,
    to_invitation_view,
    to_invited_view,
    to_new_invitation,
    to_staff_view,
)

TAGS = ["staff"]
MEMBER = access(Access.MEMBER)
STAFF = "/api/shops/{shop_id:uuid}/staff"
INVITATIONS = "/api/shops/{shop_id:uuid}/staff-invitations"
READ_PROBLEMS = (UnauthenticatedError, NotFoundError, ForbiddenError)
WRITE_PROBLEMS = (*READ_PROBLEMS, MalformedRequestError, InvalidInputError)
LINK_PROBLEMS = (UnauthenticatedError, NotFoundError, MalformedRequestError, InvalidInputError, InvitationGoneError)


@get(STAFF, opt=MEMBER, tags=TAGS, responses=problems(*READ_PROBLEMS))
async def list_staff(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> StaffList:
    """Who works for the shop, and who is invited to (`staff:read`)."""
    shop = ShopId(shop_id)
    async with ctx.database.connection() as connection:
        await queries.require_right(connection, caller, shop, Scope.STAFF_READ)
        own = await staff_queries.find_role(connection, shop, caller.account_id)
        staff = await staff_queries.list_staff(connection, shop)
        invited = await staff_queries.list_open_invitations(connection, shop, utc_now())
        ids = {member.account_id for member in staff} | {each.invited_by for each in invited}
        people = await accounts.get_accounts(connection, list(ids))
    appoints = [role for role in ShopRole if own is not None and may_appoint(own, role)]
    return StaffList(
        staff=[
            to_staff_view(
                member,
                people.get(member.account_id),
                may_change=member.role in appoints and member.account_id != caller.account_id,
            )
            for member in staff
        ],
        invitations=[to_invitation_view(each, people.get(each.invited_by)) for each in invited],
        may_appoint=appoints,
    )


@put(
    STAFF + "/{account_id:uuid}/role",
    opt=MEMBER,
    tags=TAGS,
    status_code=204,
    responses=problems(*WRITE_PROBLEMS, OwnerStaysError),
)
async def change_role(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], account_id: FromPath[UUID], data: JSONBody[RoleInput]
) -> None:
    """Give somebody another role, from their next request on (`staff:write`)."""
    await change_staff.change_role(ctx, caller, ShopId(shop_id), AccountId(account_id), data.role)


@delete(STAFF + "/{account_id:uuid}", opt=MEMBER, tags=TAGS, responses=problems(*READ_PROBLEMS, OwnerStaysError))
async def remove_staff(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], account_id: FromPath[UUID]) -> None:
    """Take somebody off the staff (`staff:write`), or leave it oneself; it holds from their next request on."""
    await change_staff.remove_staff(ctx, caller, ShopId(shop_id), AccountId(account_id))


@post(INVITATIONS, opt=MEMBER, tags=TAGS, responses=problems(*WRITE_PROBLEMS, StaffLimitError))
async def create_invitation(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[InvitationInput]
) -> NewInvitationView:
    """Invite by a link that one person can use once within seven days (`staff:write`)."""
    invitation, token = await invitations.invite(ctx, caller, ShopId(shop_id), data.role, data.note)
    async with ctx.database.connection() as connection:
        inviter = await accounts.get_account(connection, caller.account_id)
    return to_new_invitation(invitation, inviter, token)


@delete(INVITATIONS + "/{invitation_id:uuid}", opt=MEMBER, tags=TAGS, responses=problems(*READ_PROBLEMS))
async def revoke_invitation(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], invitation_id: FromPath[UUID]) -> None:
    """Take an invitation back before it is used (`staff:write`)."""
    await invitations.revoke_invitation(ctx, caller, ShopId(shop_id), invitation_id)


@post("/api/staff-invitations/lookup", opt=MEMBER, tags=TAGS, status_code=200, responses=problems(*LINK_PROBLEMS))
async def read_invitation(ctx: Ctx, caller: SignedIn, data: JSONBody[InvitationKey]) -> InvitedView:
    """What the holder of a link is invited to."""
    return await _show(ctx, await invitations.find_invitation(ctx, data.token))


@post(
    "/api/staff-invitations/acceptance",
    opt=MEMBER,
    tags=TAGS,
    status_code=200,
    responses=problems(*LINK_PROBLEMS, AlreadyStaffError, StaffLimitError),
)
async def accept_invitation(ctx: Ctx, caller: SignedIn, data: JSONBody[InvitationKey]) -> MyShop:
    """Join the shop's staff; the link is used."""
    invitation = await invitations.accept_invitation(ctx, caller, data.token)
    async with ctx.database.connection() as connection:
        return await queries.get_my_shop(connection, caller, invitation.shop_id)


@post("/api/staff-invitations/refusal", opt=MEMBER, tags=TAGS, status_code=204, responses=problems(*LINK_PROBLEMS))
async def decline_invitation(ctx: Ctx, caller: SignedIn, data: JSONBody[InvitationKey]) -> None:
    """Say no; the link is used."""
    await invitations.decline_invitation(ctx, caller, data.token)


async def _show(ctx: Context, invitation: Invitation) -> InvitedView:
    async with ctx.database.connection() as connection:
        shop = await queries.get_shop(connection, invitation.shop_id)
        page = await get_shop_page(connection, invitation.shop_id)
        inviter = await accounts.get_account(connection, invitation.invited_by)
    return to_invited_view(invitation, shop, page.avatar_url, inviter.display_name)


routes = [
    list_staff,
    change_role,
    remove_staff,
    create_invitation,
    revoke_invitation,
    read_invitation,
    accept_invitation,
    decline_invitation,
]
