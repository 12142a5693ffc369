"""HTTP: campaigns and flows of shops, and what fans say to them."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, Parameter

from xiaodian.contracts.accounts import AccountId, Scope
from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.outreach import FLOWS, CampaignStateError, MessageRefusedError, Trigger
from xiaodian.contracts.shops import ShopId
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.messages import language_of
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page, decode_cursor, encode_cursor
from xiaodian.modules.outreach import queries, routes_push, routes_unsubscribe
from xiaodian.modules.outreach.service import bounds, opt_out, preview, see_campaign, write_campaign, write_to_fan
from xiaodian.modules.outreach.service.list_effect_orders import list_effect_orders
from xiaodian.modules.outreach.wire import (
    BoundsInput,
    BoundsView,
    CampaignOrders,
    CampaignReport,
    CampaignView,
    EffectGroup,
    FanMessageInput,
    FanMessages,
    FlowInput,
    FlowList,
    FlowView,
    MailConsentInput,
    NewCampaign,
    OwnOptOuts,
    Preview,
    PreviewInput,
    RoomChoices,
    to_view,
)
from xiaodian.modules.shops import api as shops

TAGS = ["outreach"]
SHOP = "/api/shops/{shop_id:uuid}"
CAMPAIGNS = f"{SHOP}/campaigns"
FAN_MESSAGES = f"{SHOP}/fans/{{account_id:uuid}}/messages"
OPT_OUTS = "/api/me/opt-outs"
MEMBER = access(Access.MEMBER)
READS = problems(UnauthenticatedError, NotFoundError, ForbiddenError, InvalidInputError, MalformedRequestError)
WRITES = problems(
    UnauthenticatedError, NotFoundError, ForbiddenError, InvalidInputError, MalformedRequestError, CampaignStateError
)
SENDS = problems(
    UnauthenticatedError, NotFoundError, ForbiddenError, InvalidInputError, MalformedRequestError, MessageRefusedError
)
Limit = Annotated[int, Parameter(ge=1, le=MAX_PAGE_SIZE)]


@get(CAMPAIGNS, opt=MEMBER, tags=TAGS, responses=READS)
async def list_campaigns(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], cursor: FromQuery[str | None] = None, limit: Limit = 20
) -> Page[CampaignView]:
    """What the shop sent or means to send to its fans, the newest first (`fans:read`)."""
    before = decode_cursor(cursor) if cursor else None
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FANS_READ)
        found = await queries.list_campaigns(connection, ShopId(shop_id), before=before, limit=limit + 1)
    return Page(
        items=[to_view(campaign) for campaign in found[:limit]],
        next_cursor=encode_cursor(found[limit - 1].campaign_id) if len(found) > limit else None,
    )


@post(CAMPAIGNS, opt=MEMBER, tags=TAGS, responses=WRITES)
async def create_campaign(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[NewCampaign]
) -> CampaignView:
    """Send a message, a coupon or a reminder to a segment, now or at an hour (`fans:write`; coupons: also
    `promotion:write`).
    """
    return to_view(await write_campaign.create_campaign(ctx, caller, ShopId(shop_id), data))


@post(f"{CAMPAIGNS}/preview", opt=MEMBER, tags=TAGS, status_code=200, responses=READS)
async def preview_campaign(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[PreviewInput]
) -> Preview:
    """Who would get a message now, and who would not and why (`fans:read`)."""
    return await preview.preview(ctx, caller, ShopId(shop_id), data)


@get(CAMPAIGNS + "/{campaign_id:uuid}", opt=MEMBER, tags=TAGS, responses=READS)
async def read_campaign(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], campaign_id: FromPath[UUID]
) -> CampaignReport:
    """A campaign or flow, whom it reached, and what it changed against those held out (`fans:read`)."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FANS_READ)
        return await see_campaign.see_campaign(connection, ShopId(shop_id), campaign_id)


@get(CAMPAIGNS + "/{campaign_id:uuid}/orders", opt=MEMBER, tags=TAGS, responses=READS)
async def list_campaign_orders(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    campaign_id: FromPath[UUID],
    group: FromQuery[EffectGroup] = EffectGroup.REACHED,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> CampaignOrders:
    """The orders by which a campaign's or flow's effect is told, of one of its groups (`fans:read`, `orders:read`)."""
    async with ctx.database.connection() as connection:
        return await list_effect_orders(
            connection, caller, ShopId(shop_id), campaign_id, group, cursor=cursor, limit=limit
        )


@post(CAMPAIGNS + "/{campaign_id:uuid}/cancellation", opt=MEMBER, tags=TAGS, status_code=200, responses=WRITES)
async def cancel_campaign(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], campaign_id: FromPath[UUID]
) -> CampaignView:
    """Send it to nobody more (`fans:write`)."""
    return to_view(await write_campaign.cancel_campaign(ctx, caller, ShopId(shop_id), campaign_id))


@get(f"{SHOP}/campaign-rooms", opt=MEMBER, tags=TAGS, responses=READS)
async def list_campaign_rooms(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> RoomChoices:
    """Rooms of the shop, whoever hosts them, that a message can remind of (`fans:read`)."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FANS_READ)
        return await see_campaign.list_room_choices(connection, ShopId(shop_id))


@get(f"{SHOP}/flows", opt=MEMBER, tags=TAGS, responses=READS)
async def list_flows(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> FlowList:
    """Every occasion on which fans can be written to, and what the shop has set for it (`fans:read`)."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FANS_READ)
        found = await queries.list_flows(connection, ShopId(shop_id))
    items = [FlowView(trigger=flow.trigger, campaign=to_view(flow)) for flow in found]
    known = {flow.trigger for flow in found} - {Trigger.SEGMENT_JOINED}
    items += [FlowView(trigger=trigger, campaign=None) for trigger in FLOWS if trigger not in known]
    return FlowList(items=sorted(items, key=lambda flow: FLOWS.index(flow.trigger)))


@put(SHOP + "/flows/{trigger:str}", opt=MEMBER, tags=TAGS, responses=WRITES)
async def set_flow(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], trigger: FromPath[Trigger], data: JSONBody[FlowInput]
) -> CampaignView:
    """Say what is sent on an occasion, and turn it on or off (`fans:write`; coupons: also `promotion:write`)."""
    return to_view(await write_campaign.set_flow(ctx, caller, ShopId(shop_id), trigger, data))


@get(f"{SHOP}/outreach-bounds", opt=MEMBER, tags=TAGS, responses=READS)
async def read_bounds(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> BoundsView:
    """How much and when fans are written to (`fans:read`)."""
    async with ctx.database.connection() as connection:
        await shops.require_right(connection, caller, ShopId(shop_id), Scope.FANS_READ)
        return await bounds.see_bounds(connection, ctx.settings, ShopId(shop_id))


@put(f"{SHOP}/outreach-bounds", opt=MEMBER, tags=TAGS, responses=WRITES)
async def set_bounds(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[BoundsInput]) -> BoundsView:
    """Be stricter than the platform (`fans:write`)."""
    return await bounds.set_bounds(ctx, caller, ShopId(shop_id), data)


@get(FAN_MESSAGES, opt=access(Access.MEMBER, Scope.FANS_READ), tags=TAGS, responses=READS)
async def list_fan_messages(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[ShopId], account_id: FromPath[AccountId]
) -> FanMessages:
    """What was sent to one fan alone, and whether more may be (`fans:read`)."""
    return await write_to_fan.see_fan_messages(ctx, caller, shop_id, account_id)


@post(FAN_MESSAGES, opt=access(Access.MEMBER, Scope.FANS_WRITE), tags=TAGS, responses=SENDS)
async def send_fan_message(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[ShopId],
    account_id: FromPath[AccountId],
    data: JSONBody[FanMessageInput],
) -> FanMessages:
    """Send a message, a coupon or a reminder to one fan (`fans:write`; coupons: also `promotion:write`)."""
    return await write_to_fan.write_to_fan(ctx, caller, shop_id, account_id, data)


@get(OPT_OUTS, opt=MEMBER, tags=TAGS, responses=problems(UnauthenticatedError))
async def list_own_opt_outs(ctx: Ctx, caller: SignedIn) -> OwnOptOuts:
    """Whose messages the caller does not want."""
    async with ctx.database.connection() as connection:
        return await opt_out.see_opt_outs(connection, caller.account_id)


@put(
    OPT_OUTS + "/{shop_id:uuid}",
    opt=MEMBER,
    tags=TAGS,
    status_code=204,
    responses=problems(UnauthenticatedError, NotFoundError, InvalidInputError),
)
async def opt_out_of_shop(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> None:
    """The caller wants no more messages of this shop (the nil UUID: of any)."""
    await opt_out.opt_out(ctx.database, caller.account_id, shop_id)


@delete(OPT_OUTS + "/{shop_id:uuid}", opt=MEMBER, tags=TAGS, status_code=204, responses=problems(UnauthenticatedError))
async def opt_in_to_shop(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> None:
    """Messages of this shop are welcome again."""
    await opt_out.opt_in(ctx.database, caller.account_id, shop_id)


@put("/api/me/mail-consent", opt=MEMBER, tags=TAGS, status_code=204, responses=problems(UnauthenticatedError))
async def set_mail_consent(
    ctx: Ctx, caller: SignedIn, request: Request[Any, Any, Any], data: JSONBody[MailConsentInput]
) -> None:
    """Let messages of shops, and reminders that were asked for, also come by e-mail, or no longer."""
    language = language_of(request)
    await opt_out.set_mail_consent(ctx.database, caller.account_id, is_welcome=data.is_welcome, language=language)


routes = [
    set_mail_consent,
    *routes_push.routes,
    *routes_unsubscribe.routes,
    list_campaigns,
    create_campaign,
    preview_campaign,
    read_campaign,
    list_campaign_orders,
    cancel_campaign,
    list_campaign_rooms,
    list_flows,
    set_flow,
    read_bounds,
    set_bounds,
    list_fan_messages,
    send_fan_message,
    list_own_opt_outs,
    opt_out_of_shop,
    opt_in_to_shop,
]
