"""HTTP: webhooks, for the console."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from xiaodian.contracts.base import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from xiaodian.contracts.shops import ShopId
from xiaodian.contracts.webhooks import EndpointDisabledError, EndpointId, EventsForgottenError, TooManyWebhooksError
from xiaodian.edge.access import Access, SignedIn, access
from xiaodian.edge.context import Ctx
from xiaodian.edge.problems import MalformedRequestError, problems
from xiaodian.infra.outbound import AddressRefusedError
from xiaodian.kit.paging import MAX_PAGE_SIZE, Page
from xiaodian.modules.webhooks.service import endpoints, log, redeliver
from xiaodian.modules.webhooks.service import list_events as events
from xiaodian.modules.webhooks.wire import (
    DeliveryDetail,
    DeliveryView,
    EndpointInput,
    EndpointList,
    EndpointPatch,
    EndpointSecretView,
    EndpointView,
    MessagePage,
    Redelivered,
    RedeliveryInput,
    WebhookTypeList,
)

TAGS = ["webhooks"]
MEMBER = access(Access.MEMBER)
ALL = "/api/shops/{shop_id:uuid}/webhooks"
ONE = f"{ALL}/{{endpoint_id:uuid}}"
READ_PROBLEMS = problems(MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError, InvalidInputError)
WRITE_PROBLEMS = problems(
    MalformedRequestError, UnauthenticatedError, ForbiddenError, NotFoundError, AddressRefusedError
)
SEND_PROBLEMS = problems(
    MalformedRequestError,
    UnauthenticatedError,
    ForbiddenError,
    NotFoundError,
    InvalidInputError,
    EndpointDisabledError,
)

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE_SIZE)]
Which = Annotated[Literal["all", "waiting", "delivered", "failed", "dead"], QueryParameter(name="state")]
TypeName = Annotated[str | None, QueryParameter(name="type", max_length=60)]
TypeNames = Annotated[list[str] | None, QueryParameter(name="type", max_items=100)]


@get("/api/shops/{shop_id:uuid}/webhook-types", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def list_webhook_types(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> WebhookTypeList:
    """What a shop's systems can be told of, as far as the caller may read it (webhooks:read)."""
    return WebhookTypeList(items=await events.list_types(ctx, caller, ShopId(shop_id)))


@get(ALL, opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def list_webhooks(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID]) -> EndpointList:
    """A shop's endpoints and how they are doing (webhooks:read)."""
    return EndpointList(items=await endpoints.list_endpoints(ctx, caller, ShopId(shop_id)))


@post(
    ALL,
    opt=MEMBER,
    tags=TAGS,
    responses=problems(
        MalformedRequestError,
        UnauthenticatedError,
        ForbiddenError,
        NotFoundError,
        AddressRefusedError,
        TooManyWebhooksError,
    ),
)
async def create_webhook(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], data: JSONBody[EndpointInput]
) -> EndpointSecretView:
    """A new endpoint; its secret is told this once (webhooks:write, and the right to read what it is told)."""
    return await endpoints.create_endpoint(ctx, caller, ShopId(shop_id), data)


@get(ONE, opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def read_webhook(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], endpoint_id: FromPath[UUID]
) -> EndpointView:
    """One endpoint (webhooks:read)."""
    return await endpoints.read_endpoint(ctx, caller, ShopId(shop_id), EndpointId(endpoint_id))


@patch(ONE, opt=MEMBER, tags=TAGS, responses=WRITE_PROBLEMS)
async def change_webhook(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], endpoint_id: FromPath[UUID], data: JSONBody[EndpointPatch]
) -> EndpointView:
    """Change an endpoint, switch it on or off (webhooks:write)."""
    return await endpoints.change_endpoint(ctx, caller, ShopId(shop_id), EndpointId(endpoint_id), data)


@delete(ONE, opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def delete_webhook(ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], endpoint_id: FromPath[UUID]) -> None:
    """Nothing is sent there any more, from now on (webhooks:write)."""
    await endpoints.delete_endpoint(ctx, caller, ShopId(shop_id), EndpointId(endpoint_id))


@post(f"{ONE}/secret-rotation", opt=MEMBER, status_code=200, tags=TAGS, responses=READ_PROBLEMS)
async def rotate_webhook_secret(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], endpoint_id: FromPath[UUID]
) -> EndpointSecretView:
    """A new secret, told this once; the old one signs too for a day (webhooks:write)."""
    return await endpoints.rotate_secret(ctx, caller, ShopId(shop_id), EndpointId(endpoint_id))


@post(f"{ONE}/test", opt=MEMBER, tags=TAGS, responses=SEND_PROBLEMS)
async def test_webhook(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], endpoint_id: FromPath[UUID]
) -> DeliveryView:
    """Send a message that is only a test (webhooks:write)."""
    return await redeliver.send_test(ctx, caller, ShopId(shop_id), EndpointId(endpoint_id))


@get(f"{ONE}/deliveries", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def list_webhook_deliveries(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    endpoint_id: FromPath[UUID],
    which: Which = "all",
    type_name: TypeName = None,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 20,
) -> Page[DeliveryView]:
    """What was sent to an endpoint, the newest first; failed: dead, or tried in vain so far (webhooks:read)."""
    return await log.list_deliveries(
        ctx,
        caller,
        ShopId(shop_id),
        EndpointId(endpoint_id),
        which=which,
        type_name=type_name,
        cursor=cursor,
        limit=limit,
    )


@get(f"{ONE}/deliveries/{{event_id:uuid}}", opt=MEMBER, tags=TAGS, responses=READ_PROBLEMS)
async def read_webhook_delivery(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], endpoint_id: FromPath[UUID], event_id: FromPath[UUID]
) -> DeliveryDetail:
    """What is sent, and every try with its answer (webhooks:read)."""
    return await log.read_delivery(ctx, caller, ShopId(shop_id), EndpointId(endpoint_id), event_id)


@post(
    f"{ONE}/deliveries/{{event_id:uuid}}/redelivery",
    opt=MEMBER,
    status_code=200,
    tags=TAGS,
    responses=SEND_PROBLEMS,
)
async def redeliver_webhook(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], endpoint_id: FromPath[UUID], event_id: FromPath[UUID]
) -> DeliveryView:
    """Send a message once more (webhooks:write)."""
    return await redeliver.redeliver_one(ctx, caller, ShopId(shop_id), EndpointId(endpoint_id), event_id)


@post(f"{ONE}/redeliveries", opt=MEMBER, status_code=200, tags=TAGS, responses=SEND_PROBLEMS)
async def redeliver_webhooks(
    ctx: Ctx, caller: SignedIn, shop_id: FromPath[UUID], endpoint_id: FromPath[UUID], data: JSONBody[RedeliveryInput]
) -> Redelivered:
    """Send again what failed since a moment, or everything since then (webhooks:write)."""
    count = await redeliver.redeliver_since(ctx, caller, ShopId(shop_id), EndpointId(endpoint_id), data)
    return Redelivered(count=count)


@get(
    "/api/shops/{shop_id:uuid}/events",
    opt=MEMBER,
    tags=TAGS,
    responses=problems(
        MalformedRequestError,
        UnauthenticatedError,
        ForbiddenError,
        NotFoundError,
        InvalidInputError,
        EventsForgottenError,
    ),
)
async def list_shop_events(
    ctx: Ctx,
    caller: SignedIn,
    shop_id: FromPath[UUID],
    cursor: FromQuery[str | None] = None,
    types: TypeNames = None,
    limit: Limit = 100,
) -> MessagePage:
    """The same messages, to be fetched: the oldest first, none skipped (webhooks:read)."""
    return await events.list_events(ctx, caller, ShopId(shop_id), cursor=cursor, types=types or (), limit=limit)


routes = [
    list_webhook_types,
    list_webhooks,
    create_webhook,
    read_webhook,
    change_webhook,
    delete_webhook,
    rotate_webhook_secret,
    test_webhook,
    list_webhook_deliveries,
    read_webhook_delivery,
    redeliver_webhook,
    redeliver_webhooks,
    list_shop_events,
]
